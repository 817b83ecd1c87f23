---- MODULE TLCExt ----
LOCAL INSTANCE TLC

LOCAL None(what) == Assert(FALSE, what)
AssertError(message, expression) == None("AssertError is not computed here")
TLCGetOrDefault(key, default) == None("TLCGetOrDefault is not computed here")
TLCGetAndSet(key, op(_, _), value, default) == None("TLCGetAndSet is not computed here")
Trace == None("Trace is not computed here")
CounterExample == None("CounterExample is not computed here")
ToTrace(counterexample) == None("ToTrace is not computed here")
TLCDefer(expression) == TRUE
TLCNoOp(value) == value
PickSuccessor(expression) == IF expression THEN TRUE ELSE None("PickSuccessor asks, and mc does not")
TLCCache(expression, closure) == expression
TLCFP(value) == None("TLCFP is not computed here")
TLCEvalDefinition(name) == None("TLCEvalDefinition is not computed here")
====

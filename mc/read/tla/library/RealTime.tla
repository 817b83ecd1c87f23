---- MODULE RealTime ----
EXTENDS Reals
VARIABLE now

RTBound(A, v, D, E) ==
  LET Step(t) == t' = IF <<A>>_v \/ ~(ENABLED <<A>>_v)' THEN 0 ELSE t + (now' - now)
      Timer(t) == t = 0 /\ [][Step(t)]_<<t, v, now>>
  IN \EE t : Timer(t) /\ [](t <= E) /\ [][A => t >= D]_v
RTnow(v) ==
  LET Tick == now' \in {r \in Real : r > now} /\ UNCHANGED v
  IN now \in Real /\ [][Tick]_now /\ \A r \in Real : WF_now(Tick /\ now' > r)
====

---- MODULE Ewd998 ----
EXTENDS Integers
CONSTANTS N, Most
VARIABLES active, color, counter, pending, token

Node == 0 .. N - 1

Init ==
    /\ active \in [Node -> BOOLEAN]
    /\ color \in [Node -> {"white", "black"}]
    /\ counter = [i \in Node |-> 0]
    /\ pending = [i \in Node |-> 0]
    /\ token = [pos |-> 0, q |-> 0, color |-> "black"]

InitiateProbe ==
    /\ token.pos = 0
    /\ \/ token.color = "black"
       \/ color[0] = "black"
       \/ counter[0] + token.q > 0
    /\ token' = [pos |-> N - 1, q |-> 0, color |-> "white"]
    /\ color' = [color EXCEPT ![0] = "white"]
    /\ UNCHANGED <<active, counter, pending>>

PassToken(i) ==
    /\ ~active[i]
    /\ token.pos = i
    /\ token' = [token EXCEPT !.pos = @ - 1, !.q = @ + counter[i],
                              !.color = IF color[i] = "black" THEN "black" ELSE @]
    /\ color' = [color EXCEPT ![i] = "white"]
    /\ UNCHANGED <<active, counter, pending>>

System == \/ InitiateProbe
          \/ \E i \in 1 .. N - 1 : PassToken(i)

SendMsg(i) ==
    /\ active[i]
    /\ counter' = [counter EXCEPT ![i] = @ + 1]
    /\ \E j \in Node \ {i} : pending' = [pending EXCEPT ![j] = @ + 1]
    /\ UNCHANGED <<active, color, token>>

RecvMsg(i) ==
    /\ pending[i] > 0
    /\ pending' = [pending EXCEPT ![i] = @ - 1]
    /\ counter' = [counter EXCEPT ![i] = @ - 1]
    /\ color' = [color EXCEPT ![i] = "black"]
    /\ active' = [active EXCEPT ![i] = TRUE]
    /\ UNCHANGED token

Deactivate(i) ==
    /\ active[i]
    /\ active' = [active EXCEPT ![i] = FALSE]
    /\ UNCHANGED <<color, counter, pending, token>>

Environment == \E i \in Node : SendMsg(i) \/ RecvMsg(i) \/ Deactivate(i)

Next == System \/ Environment

Bounded == (\A i \in Node : counter[i] <= Most /\ pending[i] <= Most) /\ token.q <= Most

Termination == \A i \in Node : ~active[i] /\ pending[i] = 0

TerminationDetection ==
    /\ token.pos = 0 /\ token.color = "white" /\ token.q + counter[0] = 0
    /\ color[0] = "white" /\ ~active[0] /\ pending[0] = 0
    => Termination
====

------------------------ MODULE RaftPartitionMutants ------------------------
\* A broken variant of a definition of RaftPartition, to be put in its place by
\* a model.

EXTENDS RaftPartition

\* For MayCutOff: the leader may be on the side of a majority.
AnySide(i, q) == i \in q

=============================================================================

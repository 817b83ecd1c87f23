-- The hand-specialised Murphi model of the project's benchmark, for rumur: the bounded Raft of specs/raft.py
-- (after the dissertation, appendix B, without history variables) for one value and one message under way;
-- rumur.py says how it is compiled, and puts other bounds in the place of the first constants.
-- Domains reach one step beyond the bounds: such a successor is generated, checked, and not stored, as in TLC.
const
  N: 3;
  MaxTerm: 2;
  MaxLog: 1;
  TermCap: 3;
  LogCap: 2;
  Slots: 2;
type
  Server: scalarset(N);
  Role: enum {Follower, Candidate, Leader};
  MType: enum {RVReq, RVResp, AEReq, AEResp};
  Term: 0..TermCap;
  Index: 0..LogCap;
  NextIdx: 1..MaxLog+1;
  Message: record
    mtype: MType;
    mterm: 1..MaxTerm;
    lterm: 0..MaxTerm;
    idx: 0..MaxLog;
    ent: 0..MaxTerm;
    com: 0..MaxLog;
    flag: boolean;
    src: Server;
    dst: Server;
    count: 1..2;
  end;
var
  currentTerm: array[Server] of 1..TermCap;
  state: array[Server] of Role;
  votedFor: array[Server] of Server;
  log: array[Server] of array[1..LogCap] of Term;
  loglen: array[Server] of Index;
  commitIndex: array[Server] of 0..MaxLog;
  votesResponded: array[Server] of array[Server] of boolean;
  votesGranted: array[Server] of array[Server] of boolean;
  nextIndex: array[Server] of array[Server] of NextIdx;
  matchIndex: array[Server] of array[Server] of 0..MaxLog;
  msg: array[1..Slots] of Message;
function LastTerm(i: Server): Term;
begin
  if loglen[i] = 0 then return 0; end;
  return log[i][loglen[i]];
end;
function InBound(): boolean;
begin
  if !isundefined(msg[2].mtype) then return false; end;
  if !isundefined(msg[1].mtype) then
    if msg[1].count > 1 then return false; end;
  end;
  return forall i: Server do currentTerm[i] <= MaxTerm & loglen[i] <= MaxLog end;
end;
procedure Send(t: MType; mt: 1..MaxTerm; lt: 0..MaxTerm; ix: 0..MaxLog; e: 0..MaxTerm;
               c: 0..MaxLog; f: boolean; s: Server; d: Server);
begin
  if !isundefined(msg[1].mtype) then
    if msg[1].mtype = t & msg[1].mterm = mt & msg[1].lterm = lt & msg[1].idx = ix & msg[1].ent = e
       & msg[1].com = c & msg[1].flag = f & msg[1].src = s & msg[1].dst = d then
      msg[1].count := msg[1].count + 1;
    else
      msg[2].mtype := t; msg[2].mterm := mt; msg[2].lterm := lt; msg[2].idx := ix; msg[2].ent := e;
      msg[2].com := c; msg[2].flag := f; msg[2].src := s; msg[2].dst := d; msg[2].count := 1;
    end;
  else
    msg[1].mtype := t; msg[1].mterm := mt; msg[1].lterm := lt; msg[1].idx := ix; msg[1].ent := e;
    msg[1].com := c; msg[1].flag := f; msg[1].src := s; msg[1].dst := d; msg[1].count := 1;
  end;
end;
procedure Reply(t: MType; mt: 1..MaxTerm; ix: 0..MaxLog; f: boolean; s: Server; d: Server);
begin
  msg[1].mtype := t; msg[1].mterm := mt; msg[1].lterm := 0; msg[1].idx := ix; msg[1].ent := 0;
  msg[1].com := 0; msg[1].flag := f; msg[1].src := s; msg[1].dst := d;
end;
procedure Discard();
begin
  undefine msg[1];
end;
procedure ChkInv();
begin
  assert "ElectionSafety (out of bound)"
    forall a: Server do forall b: Server do
      (state[a] = Leader & state[b] = Leader & currentTerm[a] = currentTerm[b]) -> a = b
    end end;
  assert "LogMatching (out of bound)"
    forall a: Server do forall b: Server do forall k: 1..LogCap do
      (k <= loglen[a] & k <= loglen[b] & log[a][k] = log[b][k]) ->
        forall l: 1..LogCap do l > k | log[a][l] = log[b][l] end
    end end end;
end;
startstate "init" begin
  for i: Server do
    currentTerm[i] := 1; state[i] := Follower; undefine votedFor[i];
    for k: 1..LogCap do log[i][k] := 0; end;
    loglen[i] := 0; commitIndex[i] := 0;
    for j: Server do
      votesResponded[i][j] := false; votesGranted[i][j] := false;
      nextIndex[i][j] := 1; matchIndex[i][j] := 0;
    end;
  end;
  undefine msg;
end;
ruleset i: Server do
  rule "Restart"
    true ==>
  begin
    state[i] := Follower; commitIndex[i] := 0;
    for j: Server do
      votesResponded[i][j] := false; votesGranted[i][j] := false;
      nextIndex[i][j] := 1; matchIndex[i][j] := 0;
    end;
  end;
  rule "Timeout"
    state[i] != Leader
    ==>
  begin
    state[i] := Candidate; currentTerm[i] := currentTerm[i] + 1; undefine votedFor[i];
    for j: Server do votesResponded[i][j] := false; votesGranted[i][j] := false; end;
    if !InBound() then ChkInv(); end;
  end;
  rule "BecomeLeader"
    state[i] = Candidate &
    (exists a: Server do exists b: Server do a != b & votesGranted[i][a] & votesGranted[i][b] end end) ==>
  begin
    state[i] := Leader;
    for j: Server do nextIndex[i][j] := loglen[i] + 1; matchIndex[i][j] := 0; end;
  end;
  rule "ClientRequest"
    state[i] = Leader
    ==>
  begin
    loglen[i] := loglen[i] + 1; log[i][loglen[i]] := currentTerm[i];
    if !InBound() then ChkInv(); end;
  end;
  rule "AdvanceCommitIndex"
    state[i] = Leader ==>
  var c: 0..N; best: 0..MaxLog;
  begin
    best := 0;
    for x: 1..MaxLog do
      if x <= loglen[i] then
        c := 0;
        for k: Server do if k = i | matchIndex[i][k] >= x then c := c + 1; end; end;
        if c * 2 > N then best := x; end;
      end;
    end;
    if best > 0 then
      if log[i][best] = currentTerm[i] then commitIndex[i] := best; end;
    end;
  end;
  ruleset j: Server do
    rule "RequestVote"
      state[i] = Candidate & !votesResponded[i][j]
      ==>
    begin
      Send(RVReq, currentTerm[i], LastTerm(i), loglen[i], 0, 0, false, i, j);
      if !InBound() then ChkInv(); end;
    end;
    rule "AppendEntries"
      i != j & state[i] = Leader
      ==>
    var prev: 0..MaxLog; pt: 0..MaxTerm; last: 0..MaxLog; e: 0..MaxTerm; c: 0..MaxLog;
    begin
      prev := nextIndex[i][j] - 1;
      pt := 0;
      if prev > 0 then pt := log[i][prev]; end;
      if loglen[i] < nextIndex[i][j] then last := loglen[i]; else last := nextIndex[i][j]; end;
      e := 0;
      if nextIndex[i][j] <= last then e := log[i][nextIndex[i][j]]; end;
      if commitIndex[i] < last then c := commitIndex[i]; else c := last; end;
      Send(AEReq, currentTerm[i], pt, prev, e, c, false, i, j);
      if !InBound() then ChkInv(); end;
    end;
  end;
end;
rule "Receive"
  !isundefined(msg[1].mtype) &
  !(msg[1].mtype = AEReq & msg[1].mterm = currentTerm[msg[1].dst] & state[msg[1].dst] = Leader) ==>
var grant: boolean; logOk: boolean; prev: 0..MaxLog;
begin
  alias m: msg[1]; i: msg[1].dst; j: msg[1].src do
    if m.mterm > currentTerm[i] then
      currentTerm[i] := m.mterm; state[i] := Follower; undefine votedFor[i];
    else
      switch m.mtype
      case RVReq:
        logOk := m.lterm > LastTerm(i) | (m.lterm = LastTerm(i) & m.idx >= loglen[i]);
        grant := false;
        if m.mterm = currentTerm[i] & logOk then
          if isundefined(votedFor[i]) then grant := true; else grant := votedFor[i] = j; end;
        end;
        if grant then votedFor[i] := j; end;
        Reply(RVResp, currentTerm[i], 0, grant, i, j);
      case RVResp:
        if m.mterm = currentTerm[i] then
          votesResponded[i][j] := true;
          if m.flag then votesGranted[i][j] := true; end;
        end;
        Discard();
      case AEReq:
        prev := m.idx;
        logOk := true;
        if prev > 0 then
          logOk := false;
          if prev <= loglen[i] then logOk := m.lterm = log[i][prev]; end;
        end;
        if m.mterm < currentTerm[i] | (state[i] = Follower & !logOk) then
          Reply(AEResp, currentTerm[i], 0, false, i, j);
        elsif state[i] = Candidate then
          state[i] := Follower;
        else
          if m.ent = 0 then
            commitIndex[i] := m.com;
            Reply(AEResp, currentTerm[i], prev, true, i, j);
          elsif loglen[i] > prev then
            if log[i][prev+1] = m.ent then
              commitIndex[i] := m.com;
              Reply(AEResp, currentTerm[i], prev + 1, true, i, j);
            else
              log[i][loglen[i]] := 0; loglen[i] := loglen[i] - 1;
            end;
          else
            loglen[i] := loglen[i] + 1; log[i][loglen[i]] := m.ent;
          end;
        end;
      case AEResp:
        if m.mterm = currentTerm[i] then
          if m.flag then
            nextIndex[i][j] := m.idx + 1; matchIndex[i][j] := m.idx;
          elsif nextIndex[i][j] > 1 then
            nextIndex[i][j] := nextIndex[i][j] - 1;
          end;
        end;
        Discard();
      end;
    end;
  end;
  if !InBound() then ChkInv(); end;
end;
rule "DuplicateMessage"
  !isundefined(msg[1].mtype) ==>
begin
  msg[1].count := msg[1].count + 1;
  if !InBound() then ChkInv(); end;
end;
rule "DropMessage"
  !isundefined(msg[1].mtype) ==>
begin
  Discard();
end;
assume "bound" InBound();
invariant "ElectionSafety"
  forall a: Server do forall b: Server do
    (state[a] = Leader & state[b] = Leader & currentTerm[a] = currentTerm[b]) -> a = b
  end end;
invariant "LogMatching"
  forall a: Server do forall b: Server do forall k: 1..LogCap do
    (k <= loglen[a] & k <= loglen[b] & log[a][k] = log[b][k]) ->
      forall l: 1..LogCap do l > k | log[a][l] = log[b][l] end
  end end end;

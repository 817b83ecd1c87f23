/* The hand-specialised SPIN model of the project's benchmark: the bounded Raft of specs/raft.py (after the
   dissertation, appendix B, without history variables) for one value, logs of at most one entry, and one message
   under way; N servers (2 or 3) and terms up to MAXTERM. spin.py says how it is compiled.
   One process; every action instance is one d_step from and to the head of the loop, so a stored state is a
   valuation of the variables of the spec, nothing more.
   A log entry is its term alone, because there is one value.
   The bag of messages is one slot: a stored state has at most one message, with count 1.
   An action whose successor is out of the bounds is taken and leaves the state as it is, so SPIN's transitions
   are TLC's generated states.
   Scratch variables are hidden (not part of the state, dead between steps), but see V_BFS. */

#ifndef N
#define N       3
#endif
#ifndef MAXTERM
#define MAXTERM 2
#endif
#define MAXLOG  1
#define NIL     N

#define FOLLOWER  0
#define CANDIDATE 1
#define LEADER    2

#define NOMSG  0
#define RVREQ  1
#define RVRESP 2
#define AEREQ  3
#define AERESP 4

byte term[N] = 1;
byte role[N] = FOLLOWER;
byte voted[N] = NIL;
byte llen[N] = 0;
byte log[N] = 0;          /* entry = term; 0: no entry */
byte commit[N] = 0;
byte vresp[N] = 0;        /* bit set of servers */
byte vgrant[N] = 0;
byte nexti[N*N] = 1;
byte matchi[N*N] = 0;

byte mkind = NOMSG;       /* the one message; all fields 0 when there is none */
byte mterm = 0;
byte mlterm = 0;          /* RVREQ: mlastLogTerm, AEREQ: mprevLogTerm */
byte midx = 0;            /* RVREQ: mlastLogIndex, AEREQ: mprevLogIndex, AERESP: mmatchIndex */
byte ment = 0;            /* AEREQ: term of the one entry, 0 if mentries is empty */
byte mcom = 0;            /* AEREQ: mcommitIndex */
byte mflag = 0;           /* RVRESP: mvoteGranted, AERESP: msuccess */
byte msrc = 0;
byte mdst = 0;

#ifdef V_BFS  /* SPIN's BFS does not allow hidden variables: reset them at the end of the steps using them */
byte i, j, x, best, prev, last, ok, grant;
#define CLEAR ; i = 0; j = 0; x = 0; best = 0; prev = 0; last = 0; ok = 0; grant = 0
#else
hidden byte i, j, x, best, prev, last, ok, grant;
#define CLEAR
#endif

#define LOG(a,n)    log[(a)*MAXLOG+(n)-1]
#define NEXT(a,b)   nexti[(a)*N+(b)]
#define MATCH(a,b)  matchi[(a)*N+(b)]
#define MIN(a,b)    ((a) < (b) -> (a) : (b))
#define LASTTERM(a) (llen[a] == 0 -> 0 : LOG(a,llen[a]))

#define ES(a,b) !(role[a] == LEADER && role[b] == LEADER && term[a] == term[b])
/* MAXLOG = 1: the only prefix to compare is entry 1 itself */
#define LM(a,b) (!(llen[a] >= 1 && llen[b] >= 1 && LOG(a,1) == LOG(b,1)) || LOG(a,1) == LOG(b,1))

/* What depends on N: the invariants, an array's row, a quorum. */
#if N == 3
#define CHECK \
  assert(ES(0,1) && ES(0,2) && ES(1,2)); \
  assert(LM(0,1) && LM(0,2) && LM(1,2))
#define SETROWS(a,n,m) \
  NEXT(a,0) = n; NEXT(a,1) = n; NEXT(a,2) = n; \
  MATCH(a,0) = m; MATCH(a,1) = m; MATCH(a,2) = m
#define QUORUM(set) (set == 3 || set >= 5)
#else
#define CHECK \
  assert(ES(0,1)); \
  assert(LM(0,1))
#define SETROWS(a,n,m) \
  NEXT(a,0) = n; NEXT(a,1) = n; \
  MATCH(a,0) = m; MATCH(a,1) = m
#define QUORUM(set) (set == 3)
#endif

#define SETMSG(t,mt,lt,ix,e,cm,f,s,d) \
  mkind = t; mterm = mt; mlterm = lt; midx = ix; ment = e; mcom = cm; mflag = f; msrc = s; mdst = d

/* a second message (or copy) is out of the bound */
#define SEND(t,mt,lt,ix,e,cm,f,s,d) \
  if :: mkind == NOMSG -> SETMSG(t,mt,lt,ix,e,cm,f,s,d) :: else -> skip fi

#define DISCARD SETMSG(NOMSG,0,0,0,0,0,0,0,0)

#define RESTART(a) d_step { \
  true -> role[a] = FOLLOWER; commit[a] = 0; vresp[a] = 0; vgrant[a] = 0; \
  SETROWS(a,1,0); CHECK }

#define TIMEOUT(a) d_step { \
  role[a] != LEADER -> \
  if :: term[a] < MAXTERM -> role[a] = CANDIDATE; term[a] = term[a] + 1; voted[a] = NIL; vresp[a] = 0; vgrant[a] = 0 \
     :: else -> skip fi; CHECK }

#define BECOMELEADER(a) d_step { \
  role[a] == CANDIDATE && QUORUM(vgrant[a]) -> \
  role[a] = LEADER; \
  SETROWS(a,llen[a] + 1,0); CHECK }

#define CLIENTREQUEST(a) d_step { \
  role[a] == LEADER -> \
  if :: llen[a] < MAXLOG -> llen[a] = llen[a] + 1; LOG(a,llen[a]) = term[a] \
     :: else -> skip fi; CHECK }

#define ADVANCE(a,b,d) d_step { \
  role[a] == LEADER -> \
  best = 0; x = 1; \
  do :: x <= llen[a] -> \
        if :: MATCH(a,b) >= x || MATCH(a,d) >= x -> best = x :: else -> skip fi; x++ \
     :: else -> break od; \
  if :: best > 0 -> if :: LOG(a,best) == term[a] -> commit[a] = best :: else -> skip fi \
     :: else -> skip fi CLEAR; CHECK }

#define REQUESTVOTE(a,b) d_step { \
  role[a] == CANDIDATE && (vresp[a] & (1 << b)) == 0 -> \
  SEND(RVREQ, term[a], LASTTERM(a), llen[a], 0, 0, 0, a, b); CHECK }

#define APPENDENTRIES(a,b) d_step { \
  role[a] == LEADER -> \
  prev = NEXT(a,b) - 1; last = MIN(llen[a], NEXT(a,b)); \
  SEND(AEREQ, term[a], (prev > 0 -> LOG(a,prev) : 0), prev, (NEXT(a,b) <= last -> LOG(a,NEXT(a,b)) : 0), \
       MIN(commit[a], last), 0, a, b) CLEAR; CHECK }

#define RECEIVE d_step { \
  mkind != NOMSG && !(mkind == AEREQ && mterm == term[mdst] && role[mdst] == LEADER) -> \
  i = mdst; j = msrc; \
  if \
  :: mterm > term[i] -> term[i] = mterm; role[i] = FOLLOWER; voted[i] = NIL       /* UpdateTerm */ \
  :: else -> \
    if \
    :: mkind == RVREQ -> \
       grant = (mterm == term[i]) && (mlterm > LASTTERM(i) || (mlterm == LASTTERM(i) && midx >= llen[i])) \
               && (voted[i] == NIL || voted[i] == j); \
       if :: grant -> voted[i] = j :: else -> skip fi; \
       SETMSG(RVRESP, term[i], 0, 0, 0, 0, grant, i, j) \
    :: mkind == RVRESP -> \
       if :: mterm == term[i] -> \
             vresp[i] = vresp[i] | (1 << j); \
             if :: mflag -> vgrant[i] = vgrant[i] | (1 << j) :: else -> skip fi \
          :: else -> skip fi; \
       DISCARD \
    :: mkind == AEREQ -> \
       prev = midx; \
       ok = (prev == 0); \
       if :: prev > 0 && prev <= llen[i] -> ok = (mlterm == LOG(i,prev)) :: else -> skip fi; \
       if \
       :: mterm < term[i] || (role[i] == FOLLOWER && !ok) -> SETMSG(AERESP, term[i], 0, 0, 0, 0, 0, i, j) \
       :: else -> \
         if \
         :: role[i] == CANDIDATE -> role[i] = FOLLOWER \
         :: else -> \
           if \
           :: ment == 0 -> commit[i] = mcom; SETMSG(AERESP, term[i], 0, prev, 0, 0, 1, i, j) \
           :: ment != 0 && llen[i] > prev -> \
              if \
              :: LOG(i,prev+1) == ment -> commit[i] = mcom; SETMSG(AERESP, term[i], 0, prev+1, 0, 0, 1, i, j) \
              :: else -> LOG(i,llen[i]) = 0; llen[i] = llen[i] - 1                   /* conflict */ \
              fi \
           :: else -> \
              if :: llen[i] < MAXLOG -> llen[i] = llen[i] + 1; LOG(i,llen[i]) = ment :: else -> skip fi \
           fi \
         fi \
       fi \
    :: else -> /* AERESP */ \
       if :: mterm == term[i] -> \
             if :: mflag -> NEXT(i,j) = midx + 1; MATCH(i,j) = midx \
                :: else -> if :: NEXT(i,j) > 1 -> NEXT(i,j) = NEXT(i,j) - 1 :: else -> skip fi fi \
          :: else -> skip fi; \
       DISCARD \
    fi \
  fi CLEAR; CHECK }

/* A server's own actions, and those towards another one. */
#define OWN(a) \
  :: RESTART(a) \
  :: TIMEOUT(a) \
  :: BECOMELEADER(a) \
  :: CLIENTREQUEST(a) \
  :: REQUESTVOTE(a,a)
#define TOWARDS(a,b) \
  :: REQUESTVOTE(a,b) \
  :: APPENDENTRIES(a,b)

active proctype Raft() {
  do
  OWN(0) OWN(1)
  TOWARDS(0,1) TOWARDS(1,0)
#if N == 3
  OWN(2)
  TOWARDS(0,2) TOWARDS(2,0) TOWARDS(1,2) TOWARDS(2,1)
  :: ADVANCE(0,1,2) :: ADVANCE(1,0,2) :: ADVANCE(2,0,1)
#else
  :: ADVANCE(0,1,1) :: ADVANCE(1,0,0)
#endif
  :: RECEIVE
  :: d_step { mkind != NOMSG -> skip; CHECK }          /* DuplicateMessage: always out of the bounds */
  :: d_step { mkind != NOMSG -> DISCARD; CHECK }       /* DropMessage */
  od
}

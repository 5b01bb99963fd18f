package scenario

// Help is the documentation of the language.
const Help = `A script says what the programs on each host do, what the network does, and what
is expected. It is read line by line; # begins a comment; blanks separate words.

  # Both ends close at the same moment, so the FINs cross on the wire.
  host A iss=100
  host B iss=300
  link A B delay=10ms

  B: s = socket tcp
  B: listen s 80
  A: c = socket tcp
  A: connect c B:80
  B: x = accept s
  at 100ms  A: shutdown c write
  at 100ms  B: shutdown x write

  expect A passes FIN-WAIT-1 CLOSING TIME-WAIT

THE WORLD
  host NAME [iss=N] [ip=ADDRESS]   a computer with one program; without iss its
                                   first number comes from --seed
    [profile=textbook|rfc9293|linux] [mss=N] [rcvbuf=N] [sndbuf=N]
    [congestion=off|newreno]       habits of its TCP, if not those of the run
  link A B [C ...] [delay=10ms]    joins hosts, the delay is one way; what one
                                   sends to a group can reach all on the link
    [mtu=1500] [loss=1%] [duplicate=1%] [reorder=1%] [corrupt=1%]
  puppet NAME [ip=ADDRESS]         a host without a TCP: see PUPPETS

THE PROGRAMS
  HOST: CALL                       a statement of that host's program
  s = socket tcp                   makes a socket and names it s
  bind s :80     bind s B:80       gives it a port
  listen s 80 [backlog=128]        waits for connections (binds first)
  x = accept s                     takes a finished connection, names it x
  connect c B:80                   opens a connection
  send c "text"    send c 1000     sends a text, or that many octets
  recv x 100                       one read of at most 100 octets
  recv x 100 all                   reads until 100 have come (MSG_WAITALL)
  recv x "text"                    reads until as many have come, or others, and
                                   compares
  recv x end                       reads, and expects that the peer has closed
  shutdown c write|read|both       ends one direction, or both
  close c                          gives the socket up
  wait c                           waits for a call that was started with &
  poll c POLLIN|POLLOUT            waits until it is ready; returns what for
  setsockopt c NAME VALUE          SO_REUSEADDR 1, SO_LINGER 0s,
                                   O_NONBLOCK 1, TCP_NODELAY 1,
                                   SO_RCVBUF 1000, SO_SNDBUF 1000,
                                   SO_KEEPALIVE 1, TCP_KEEPIDLE 10s,
                                   TCP_KEEPINTVL 1s, TCP_KEEPCNT 3,
                                   TCP_USER_TIMEOUT 5s, SO_BROADCAST 1,
                                   IP_MULTICAST_TTL 1, IP_MULTICAST_LOOP 0
  getsockopt c SO_ERROR            the pending error, which it clears
  open s B:80                      RFC 9293's own OPEN turns a listener into a
                                   caller; no socket API has it

  type "text"                      types on the standard input of a real program
                                   that plays the host; else nothing happens

  u = socket udp                   for datagrams; bind, connect, send, recv,
                                   shutdown and close work on it too
  sendto u B:9 "text"              one datagram: to a host, to a group
                                   (239.2.2.222:9), to all (255.255.255.255:9)
  recvfrom u 100                   one datagram, cut to 100 octets
  join u 239.2.2.222    leave u 239.2.2.222

  The statements of a host run in the order of the file, each when the one
  before it has returned. A statement also waits for the statement above it,
  whatever its host, unless it has a time of its own:
  at 100ms  A: CALL                at that time since the start; waits only for
                                   its own host
  CALL &                           starts the call and goes on; see wait
  CALL within 2s                   gives up after 2 s (10 s if not said):
                                   ETIMEDOUT

  At the same instant programs act first, in the order of the file; then
  packets and timers, in the order in which they were scheduled.

THE NETWORK
  drop A->B SYN 1                  loses the first SYN from A to B
  delay A->B ACK 1 by 50ms         delivers it that much later
  duplicate B->A FIN 1 [after 5ms] delivers it twice
  corrupt A->B data 1              changes a bit: the checksum shows it
  old A->B SYN seq=90 at 5ms       a segment of an earlier connection turns up
                                   at B; also ack=N, len=N
  Kinds: any SYN SYN,ACK ACK (and nothing else) data FIN RST UDP ICMP.
  Which: 1, 2..3, 2.. (and all that follow), all, or 10% (each with that chance,
  drawn from --seed). When: drop A->B any all from 1s until 2s.

PUPPETS
  P: segment B:80 SYN seq=100      any flags (none for no flag), and:
    [ack=N] [wnd=N] [len=N] [data="text"] [mss=N] [wscale=N] [sack]
    [ts=N/N] [from=PORT] [bad-checksum]
  P: datagram B:9 "text" [from=PORT]
  Numbers stand as on the wire (seq=100), count from the sender's initial number
  (seq=+1, ack=+1), or are made of the other end's variables, as its own
  segments tell them: iss irs snd.una snd.nxt rcv.nxt rcv.wnd, with + and -
  (seq=rcv.nxt+rcv.wnd-1). A puppet sends from port 40000 if nothing is said.

WHAT IS EXPECTED
  At the end, of the whole run:
  expect A passes STATE STATE ...  some connection goes through these in order
  expect A is STATE                some connection of A ends in this state
  expect A sends FLAGS [seq=N] [ack=N] [wnd=N] [len=N] [to B]
                                   also: sends UDP, ICMP, anything
  expect A ignores FLAGS [...]     A drops such a segment
  expect A CALL returns RESULT     0, a number of octets, or an errno
  expect B sends nothing for 1s    from the statement above it on
  expect never B sends RST         no RST,ACK either
  expect within 2s B sends RST     since the start

  At its place: the script waits, 10 s at most or within D, for it to come true.
  What has happened since the statement above, or since what the then line
  before it found, counts:
  then B sends SYN,ACK ack=+1
  then B is SYN-RECEIVED
  then B sends nothing for 1s

MANY CASES IN ONE FILE
  case NAME                        begins a case: a run of its own. What stands
                                   above the first case belongs to each.
  netlab sim FILE prints a verdict for each case, netlab sim FILE --case NAME
  shows one in full.

THE END
  A run ends when every statement has returned and the network is quiet. What is
  left of TIME-WAIT, keep-alives and user time-outs is not waited for, unless
  the script says how long to run:
  run until 300s

CHANGES
  In a lesson or a challenge (key x, or --change) one line of script changes a
  world. A fault is added. What a host or a link line sets replaces what stands
  there: link A B delay=50ms. A statement replaces the first of its host with the
  same call on the same socket (and option); with a time of its own it is added as
  the last if there is none: at 105ms  B: close x. And
  without B: close x               leaves out a line that is named in full

RESERVED
  program is a word of the language that this version cannot play, and it says
  so.

LIVE
  netlab live plays the same script with real sockets. iss, delay and the habits
  of hosts describe the model's world only; beside the kernel the model is played
  without delay. drop works live for the first packets of a kind. Calls of two
  hosts at the same set time are made together, again and again until the
  capture shows that what they sent has crossed. mtu is that of loopback too.
  delay, duplicate, corrupt, old, chance, puppets, then, open, absolute numbers in
  expect, and what needs a stack of its own for each host cannot be shown on
  loopback; netlab says so instead of pretending.
  netlab live --wire gives each host a network namespace of its own, and joins
  them by a wire that does what the script's links and faults say: delay, drop,
  duplicate, corrupt, chance, old segments. A puppet's segments are raw frames
  there, and then lines wait for what a kernel does; they cannot know which
  segments it drops (ignores), nor its absolute numbers. Times are the measured
  ones, and states are those that the kernels of both ends report. netlab
  compare --wire lays such a run beside the model, and so does W in a lesson; L
  takes the wire where loopback cannot show the script. --host B=model lets the
  model play a host there, as the kernel's peer.
  netlab live --wire --step holds each packet, once it has travelled as long as
  the script says, until it is let through by hand. While one is held the
  script's clock stands still: set times, within and the end of the run wait.
  The kernel's clock goes on, and what it sends again meanwhile is held too.
`

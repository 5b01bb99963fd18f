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
  host NAME [iss=N] [ip=ADDRESS]   a computer with one program; without iss its initial
                                   sequence number comes from --seed
  link A B [delay=10ms]            joins two hosts; the delay is one way

THE PROGRAMS
  HOST: CALL                       a statement of that host's program
  s = socket tcp                   makes a socket and names it s
  bind s :80                       gives it a port
  listen s 80 [backlog=128]        waits for connections (binds first, if need be)
  x = accept s                     takes a finished connection and names it x
  connect c B:80                   opens a connection
  send c "text"    send c 1000     sends a text, or that many octets
  recv x 100                       one read of at most 100 octets
  recv x "text"                    reads until that many octets have come, and compares
  shutdown c write|read|both       ends one direction, or both
  close c                          gives the socket up
  wait c                           waits for a call that was started with &

  The statements of a host run in the order of the file, each when the one before it
  has returned. A statement also waits for the statement above it, whatever its host,
  unless it has a time of its own:
  at 100ms  A: CALL                at that time since the start; waits only for its own host
  CALL &                           starts the call and goes on; wait fetches it
  CALL within 2s                   gives up after 2 s (10 s if not said): ETIMEDOUT

  At the same instant programs act first, in the order of the file; then packets and
  timers, in the order in which they were scheduled.

THE NETWORK
  drop A->B SYN 1                  loses the first SYN from A to B
  delay A->B ACK 1 by 50ms         delivers it that much later
  duplicate B->A FIN 1 [after 5ms] delivers it twice
  old A->B SYN seq=90 at 5ms       a segment of an earlier connection turns up at B
  Kinds of segment: any SYN SYN,ACK ACK (and nothing else) data FIN RST.
  Which one: 1, 2..3, 2.. (and all that follow), all.

WHAT IS EXPECTED
  expect A passes STATE STATE ...  some connection of A goes through these, in this order
  expect A is STATE                some connection of A ends in this state
  expect A sends FLAGS [seq=N] [ack=N]
  expect A CALL returns RESULT     0, a number of octets, or an errno such as ECONNREFUSED

THE END
  A run ends when every statement has returned and the network is quiet. What is left of
  TIME-WAIT is not waited for, unless the script says how long to run:
  run until 300s

RESERVED
  These words belong to the language; this version cannot play them and says so:
  case, puppet, program, segment, datagram, udp, setsockopt, sendto, recvfrom, join, leave,
  poll, expect never, expect order, expect within.

LIVE
  netlab live plays the same script with real sockets. iss and delay describe the model's
  world only. drop works live for the first segments of a kind. delay, duplicate, old,
  absolute numbers in expect, and two hosts acting at the same instant cannot be shown on
  loopback; netlab says so instead of pretending.
`

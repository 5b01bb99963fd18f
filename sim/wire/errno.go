package wire

// An Errno is the name of what a C program would find in errno; the empty
// string means success.
type Errno string

// The errno values that the socket layer can return.
const (
	OK           Errno = ""
	EADDRINUSE   Errno = "EADDRINUSE"
	EAGAIN       Errno = "EAGAIN"
	EBADF        Errno = "EBADF"
	ECONNREFUSED Errno = "ECONNREFUSED"
	ECONNRESET   Errno = "ECONNRESET"
	EHOSTUNREACH Errno = "EHOSTUNREACH"
	EINPROGRESS  Errno = "EINPROGRESS"
	EALREADY     Errno = "EALREADY"
	EINVAL       Errno = "EINVAL"
	EISCONN      Errno = "EISCONN"
	ENOTCONN     Errno = "ENOTCONN"
	EOPNOTSUPP   Errno = "EOPNOTSUPP"
	EPIPE        Errno = "EPIPE"
	ETIMEDOUT    Errno = "ETIMEDOUT"
	EACCES       Errno = "EACCES"

	EADDRNOTAVAIL Errno = "EADDRNOTAVAIL"
	ECONNABORTED  Errno = "ECONNABORTED"
	EDESTADDRREQ  Errno = "EDESTADDRREQ"
	EMSGSIZE      Errno = "EMSGSIZE"
	ENETUNREACH   Errno = "ENETUNREACH"
	ENOPROTOOPT   Errno = "ENOPROTOOPT"
)

// errnoTexts says in one sentence what each means to the caller.
var errnoTexts = map[Errno]string{
	EADDRINUSE:   "the address is already in use",
	EAGAIN:       "nothing to do right now; try again later",
	EBADF:        "this descriptor is closed",
	ECONNREFUSED: "nobody listens there",
	ECONNRESET:   "the peer reset the connection",
	EHOSTUNREACH: "there is no way to that host",
	EINPROGRESS:  "the connection is being set up",
	EALREADY:     "the connection is already being set up",
	EINVAL:       "the call makes no sense in this state",
	EISCONN:      "the socket is already connected",
	ENOTCONN:     "the socket is not connected",
	EOPNOTSUPP:   "the socket cannot do that",
	EPIPE:        "nothing can be sent on this socket (on TCP with SIGPIPE)",
	ETIMEDOUT:    "no answer came in time",
	EACCES:       "not allowed",

	ECONNABORTED:  "the connection ended, and another call was told why",
	EADDRNOTAVAIL: "this host has no such address, or the pair of addresses is in use",
	EDESTADDRREQ:  "nobody is named to send to",
	EMSGSIZE:      "the datagram is too long",
	ENETUNREACH:   "there is no way to that address",
	ENOPROTOOPT:   "this kind of socket has no such option",
}

// Errnos lists every errno with its English sentence.
func Errnos() map[Errno]string { return errnoTexts }

// Text says in one English sentence what the errno means.
func (e Errno) Text() string { return errnoTexts[e] }

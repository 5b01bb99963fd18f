package live

import (
	"errors"
	"os"
	"syscall"

	"netlab/sim/wire"
)

// windowsErrnos are the numbers that Winsock uses for what C programs call by
// the names on the right.
var windowsErrnos = map[syscall.Errno]wire.Errno{
	10013: wire.EACCES, 10048: wire.EADDRINUSE, 10054: wire.ECONNRESET, 10053: wire.ECONNRESET,
	10057: wire.ENOTCONN, 10058: wire.EPIPE, 10060: wire.ETIMEDOUT, 10061: wire.ECONNREFUSED,
	10040: wire.EMSGSIZE, 10049: wire.EADDRNOTAVAIL, 10051: wire.ENETUNREACH, 10065: wire.EHOSTUNREACH,
}

var unixErrnos = map[syscall.Errno]wire.Errno{
	syscall.EACCES: wire.EACCES, syscall.EADDRINUSE: wire.EADDRINUSE, syscall.EAGAIN: wire.EAGAIN,
	syscall.EALREADY: wire.EALREADY, syscall.EBADF: wire.EBADF, syscall.ECONNREFUSED: wire.ECONNREFUSED,
	syscall.ECONNRESET: wire.ECONNRESET, syscall.EHOSTUNREACH: wire.EHOSTUNREACH,
	syscall.EINPROGRESS: wire.EINPROGRESS, syscall.EINVAL: wire.EINVAL, syscall.EISCONN: wire.EISCONN,
	syscall.ENOTCONN: wire.ENOTCONN, syscall.EOPNOTSUPP: wire.EOPNOTSUPP, syscall.EPIPE: wire.EPIPE,
	syscall.ETIMEDOUT: wire.ETIMEDOUT, syscall.ENETUNREACH: wire.ENETUNREACH,
	syscall.EADDRNOTAVAIL: wire.EADDRNOTAVAIL, syscall.EDESTADDRREQ: wire.EDESTADDRREQ,
	syscall.EMSGSIZE: wire.EMSGSIZE, syscall.ENOPROTOOPT: wire.ENOPROTOOPT, syscall.ECONNABORTED: wire.ECONNABORTED,
}

// systemErrno finds the errno in an error of the operating system.
func systemErrno(err error) wire.Errno {
	var no syscall.Errno
	if errors.As(err, &no) {
		if e, ok := unixErrnos[no]; ok {
			return e
		}
		if e, ok := windowsErrnos[no]; ok {
			return e
		}
		return wire.Errno(no.Error())
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return wire.ETIMEDOUT
	}
	return wire.Errno(err.Error())
}

// Errno finds the errno in an error of a call, by its name in C on every operating
// system; a deadline that has passed is ETIMEDOUT, and no error is the empty string.
func Errno(err error) wire.Errno {
	if err == nil {
		return wire.OK
	}
	return errnoOf(err)
}

// What package net cannot say, because it has no socket yet.
var (
	errNotConnected error = syscall.ENOTCONN
	errClosedPipe   error = syscall.EPIPE
	errInProgress   error = syscall.EINPROGRESS
)

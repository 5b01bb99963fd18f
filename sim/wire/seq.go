package wire

import "strconv"

// A Seq is a TCP sequence number. The space is circular, so numbers are only
// ever compared through the methods below, never with < (RFC 9293 §3.4).
type Seq uint32

// Add returns the number n octets further on (back, if n is negative).
func (s Seq) Add(n int) Seq { return s + Seq(uint32(n)) }

// Minus returns the signed distance from t to s, which is right as long as the
// two are less than 2^31 apart.
func (s Seq) Minus(t Seq) int { return int(int32(s - t)) }

// Before reports whether s comes before t.
func (s Seq) Before(t Seq) bool { return int32(s-t) < 0 }

// After reports whether s comes after t.
func (s Seq) After(t Seq) bool { return int32(s-t) > 0 }

// AtOrBefore reports whether s is t or comes before it.
func (s Seq) AtOrBefore(t Seq) bool { return !s.After(t) }

// AtOrAfter reports whether s is t or comes after it.
func (s Seq) AtOrAfter(t Seq) bool { return !s.Before(t) }

// In reports whether lo =< s < hi.
func (s Seq) In(lo, hi Seq) bool { return uint32(s-lo) < uint32(hi-lo) }

// String returns the number in decimal.
func (s Seq) String() string { return strconv.FormatUint(uint64(s), 10) }

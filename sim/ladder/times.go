package ladder

import (
	"strconv"
	"strings"
	"time"
)

// shortTime writes milliseconds with one decimal, or seconds when they are many.
func shortTime(t time.Duration) string {
	switch ms := float64(t) / 1e6; {
	case ms >= 100_000:
		return strconv.FormatFloat(ms/1e3, 'f', 0, 64) + "s"
	case ms >= 1000:
		return strconv.FormatFloat(ms, 'f', 0, 64)
	case ms < 10 && ms > 0 && t%(100*time.Microsecond) != 0:
		return strconv.FormatFloat(ms, 'f', 3, 64)
	default:
		return strconv.FormatFloat(ms, 'f', 1, 64)
	}
}

// fitTime is shortTime with so few decimals that a blank is left before the words beside it.
func fitTime(t time.Duration, room int) string {
	s := shortTime(t)
	if len(s) <= room || !strings.Contains(s, ".") {
		return s
	}
	for decimals := 2; decimals >= 0; decimals-- {
		if s = strconv.FormatFloat(float64(t)/1e6, 'f', decimals, 64); len(s) <= room {
			break
		}
	}
	return s
}

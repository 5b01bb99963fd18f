package export

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// The page runs nothing and fetches nothing, and says its language.
func TestPageIsSelfContained(t *testing.T) {
	got := written(t, "html", Options{Lang: "zh-CN"}, sample("en"))
	if strings.Contains(strings.ToLower(got), "<script") {
		t.Error("the page has a script")
	}
	if m := regexp.MustCompile(`(?i)(src|href|action)\s*=\s*"[^#"]|url\(|@import|http:|https:`).FindString(got); m != "" {
		t.Errorf("the page fetches something: %s", m)
	}
	for _, want := range []string{`<html lang="zh-CN">`, "<caption>", `scope="row"`, "prefers-color-scheme:dark", "@media print", "这个成绩说明什么", "<pre>  7  C ──"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(got, "ZgotmplZ") {
		t.Error("the template refused a value")
	}
}

// Every text has a contrast of at least 4.5 to what is behind it (WCAG 2.2, 1.4.3), by day, by
// night and on paper.
func TestContrast(t *testing.T) {
	themes := regexp.MustCompile(`:root\{[^}]*\}`).FindAllString(pageText, -1)
	if len(themes) != 3 {
		t.Fatalf("%d themes, want light, dark and print", len(themes))
	}
	for i, theme := range themes {
		colour := map[string]string{}
		for _, m := range regexp.MustCompile(`--(\w+):(#[0-9a-f]{6})`).FindAllStringSubmatch(theme, -1) {
			colour[m[1]] = m[2]
		}
		for _, c := range [][2]string{{"text", "ground"}, {"text", "soft"}, {"pass", "ground"}, {"fail", "ground"}, {"skip", "ground"}, {"marked", "mark"}} {
			if got := contrast(t, colour[c[0]], colour[c[1]]); got < 4.5 {
				t.Errorf("theme %d: %s on %s has a contrast of %.1f", i, c[0], c[1], got)
			}
		}
	}
}

func contrast(t *testing.T, a, b string) float64 {
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(t *testing.T, c string) (sum float64) {
	t.Helper()
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		if len(c) != 7 {
			t.Fatalf("no colour %q", c)
		}
		n, err := strconv.ParseUint(c[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		v := float64(n) / 255
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		sum += weight * v
	}
	return sum
}

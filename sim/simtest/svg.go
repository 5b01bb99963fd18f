package simtest

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// A svgText is a text of a picture as points along the middle of its letters.
type svgText struct {
	class, words string
	size         float64
	points       [][2]float64
}

var (
	outside  = regexp.MustCompile(`(?i)(href|src)\s*=|url\(|@import|<script|<image|<foreignObject|javascript:`)
	sizeRule = regexp.MustCompile(`\.ladder \.([a-z]+)\{font-size:([0-9.]+)px`)
	turned   = regexp.MustCompile(`^rotate\((\S+) (\S+) (\S+)\)$`)
)

// CheckSVG holds a picture against what every picture of a ladder must be: well-formed, with a
// name, complete in itself, every measure a number, no word over another word or over the edge.
// Widths are guessed from the letters, a Chinese one twice as wide.
func CheckSVG(svg string) error {
	var errs []error
	if s := outside.FindString(svg); s != "" {
		errs = append(errs, fmt.Errorf("it reaches outside: %q", s))
	}
	if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
		errs = append(errs, errors.New("a measure is no number"))
	}
	sizes := map[string]float64{}
	for _, m := range sizeRule.FindAllStringSubmatch(svg, -1) {
		sizes[m[1]], _ = strconv.ParseFloat(m[2], 64)
	}
	texts, width, height, err := readSVG(svg, sizes)
	if err != nil {
		return errors.Join(append(errs, err)...)
	}
	for i, a := range texts {
		for _, p := range a.points {
			if p[0] < 0 || p[1] < a.size*0.4 || p[0] > width || p[1] > height-a.size*0.4 {
				errs = append(errs, fmt.Errorf("%q crosses the edge at %.0f %.0f of %.0f %.0f", a.words, p[0], p[1], width, height))
				break
			}
		}
		for _, b := range texts[:i] {
			if a.touches(b) {
				errs = append(errs, fmt.Errorf("%q (%s) lies over %q (%s) at %.0f", a.words, a.class, b.words, b.class, a.points[0]))
			}
		}
	}
	return errors.Join(errs...)
}

// touches reports whether two texts come nearer than letters may.
func (a svgText) touches(b svgText) bool {
	near := 0.8 * min(a.size, b.size)
	if math.Abs(a.points[0][1]-b.points[0][1]) > 400 {
		return false
	}
	for _, p := range a.points {
		for _, q := range b.points {
			if math.Hypot(p[0]-q[0], p[1]-q[1]) < near {
				return true
			}
		}
	}
	return false
}

// readSVG reads the texts and the size of a picture.
func readSVG(svg string, sizes map[string]float64) (texts []svgText, width, height float64, err error) {
	dec := xml.NewDecoder(strings.NewReader(svg))
	titles, depth := 0, 0
	for {
		token, err := dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, 0, 0, fmt.Errorf("not well-formed: %w", err)
		}
		if _, ok := token.(xml.EndElement); ok {
			depth--
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		depth++
		a := map[string]string{}
		for _, x := range e.Attr {
			a[x.Name.Local] = x.Value
		}
		switch e.Name.Local {
		case "svg":
			width, height = number(a["width"]), number(a["height"])
		case "title":
			if depth == 2 { // deeper ones are of arrows
				titles++
			}
		case "text":
			var words string
			if err := dec.DecodeElement(&words, &e); err != nil {
				return nil, 0, 0, fmt.Errorf("not well-formed: %w", err)
			}
			depth--
			t, err := layText(a, words, sizes)
			if err != nil {
				return nil, 0, 0, err
			}
			texts = append(texts, t)
		}
	}
	if titles != 1 || width <= 0 || height <= 0 {
		return nil, 0, 0, fmt.Errorf("%d titles, %v by %v: want one title and a size", titles, width, height)
	}
	return texts, width, height, nil
}

func number(s string) float64 {
	f, _ := strconv.ParseFloat(s, 64)
	return f
}

// layText finds where the letters of a text element stand.
func layText(a map[string]string, words string, sizes map[string]float64) (svgText, error) {
	size := number(a["font-size"])
	if size == 0 {
		size = sizes[a["class"]]
	}
	if size == 0 || words == "" {
		return svgText{}, fmt.Errorf("the text %q of class %q has no size", words, a["class"])
	}
	w := 0.0
	for _, r := range words {
		if w += 0.56 * size; r >= 0x2e80 {
			w += 0.44 * size
		}
	}
	x, y := number(a["x"]), number(a["y"])
	from := 0.0
	switch a["text-anchor"] {
	case "middle":
		from = -w / 2
	case "end":
		from = -w
	}
	angle := 0.0
	if m := turned.FindStringSubmatch(a["transform"]); m != nil {
		angle = number(m[1]) * math.Pi / 180
		if m[2] != a["x"] || m[3] != a["y"] {
			return svgText{}, fmt.Errorf("%q turns about another point than its own", words)
		}
	}
	t := svgText{class: a["class"], words: words, size: size}
	sin, cos := math.Sincos(angle)
	for along := from; along <= from+w; along += 4 {
		t.points = append(t.points, [2]float64{x + along*cos + 0.34*size*sin, y + along*sin - 0.34*size*cos})
	}
	return t, nil
}

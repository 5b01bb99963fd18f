// Package ladder turns a trace into a time-space diagram: lifelines, arrows
// whose slope is delay, losses where they happened, states and calls on the
// lifelines, breaks where nothing happens.
//
// [New] makes a display list, which knows rows but no characters; [Ladder.Draw]
// draws it on a grid of cells for terminals and text files, [Ladder.SVG] as a
// picture, [Stack] several as one, [HTML] as a page with a slider, [Mermaid] as the text of a
// sequence diagram. [Ladder.Crop] is a part of it. Where there is one point
// of observation (a capture on loopback) arrows are flat: a slope would be
// invented.
package ladder

// Package tui is the full screen: a lesson as ladder, control blocks, story and
// question, stepped with single keys.
//
// [Model] is the root model of Bubble Tea. It holds a course.Session and reads
// traces; it decides nothing about TCP or about answers. The picture is drawn on
// a grid of cells whose widths one package knows, so that English and Chinese
// line up on every terminal. One key map (keys.go) feeds what the keys do, the
// footer, the help page and `netlab help keys`.
package tui

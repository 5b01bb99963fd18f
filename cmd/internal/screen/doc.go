// Package screen writes what a terminal shows to files: a way through screens as a recording
// that terminals play (asciicast v2), one screen as a picture (SVG). It draws nothing itself.
package screen

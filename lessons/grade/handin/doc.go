// Package handin reads homework as students really send it: a folder, a .zip, .tar or .tar.gz,
// or a single file, made on any system, with names in UTF-8 or GBK and sources in whatever
// encoding the editor chose. What comes out is always the same: a bounded list of regular files
// with clean names, sources in UTF-8 with LF, and a list of what was left out and why.
//
// It runs nothing, writes nothing and judges no program; it refuses only what cannot be
// read, or what could not be run by anybody: a graphical program, a Windows program, a program
// without its source.
//
// # What is never done
//
// A symbolic link is never followed, a FIFO or device never read, an archive never unpacked
// to disk. Sizes are counted while reading, because what an archive declares may be a lie.
//
// # Archives in archives
//
// If there is no source beside it, exactly one archive in a hand-in is opened, one level deep:
// learning platforms wrap what they are given, and students hand in a report and a code.zip. An
// archive beside sources is left out and listed; two archives without sources, and a third
// level, are refused.
//
// # Batches
//
// [List] finds the hand-ins of a class in a folder, [ReadRoster] reads who is in the class.
package handin

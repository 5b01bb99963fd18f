// Package worksheet is homework on paper or in a text file: a script, a table of its
// segments (or datagrams) with blanks, and questions. The right answers are those of the
// model that plays the script; nobody types them in.
//
// A [Spec] is what the author writes in assignment.toml, under [worksheet]. [New] plays the
// script, in which the student's own numbers stand already, and gives a [Sheet]: it is
// handed out by [Sheet.Blank], [Sheet.CSV] and [Sheet.Markdown], and marked by
// [Sheet.Grade]. The package draws no parameters, reads no file and adds up no marks.
//
// # How a row is marked
//
// Each blank cell of a row has an equal share of the row's points. A cell is right if it has
// the model's value, in whatever spelling. It is right too if it follows from a slip that the
// student made earlier, so that one slip costs one cell:
//
//   - seq: the student's own seq of an earlier segment in the same direction, and its length
//     (octets, SYN and FIN); or the student's ack of a segment that has come from the peer;
//   - ack: the student's seq and length of the segment that it acknowledges; or the student's
//     last ack, if nothing new has come since;
//   - a state: the student's state in the row above, if this segment changes nothing there.
//
// A column that has the same value in every blank, where the right ones differ, follows from
// nothing. From which rows a cell follows is read from the numbers of the true trace, so no rule of TCP
// is written down here a second time.
//
// Sequence numbers may be absolute or count from the initial one, but in one file they are
// all of the same kind: the file is read both ways, and the better reading counts.
package worksheet

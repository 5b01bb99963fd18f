// Package export writes results of grading in the forms that people and other systems read:
// text for the terminal, a page for the browser, one line per student for a spreadsheet, and
// the files of Gradescope, GitHub Classroom and JUnit.
//
// Every exporter is a function from a [result.Result] to octets: it reads no file, no clock
// and no environment, and it grades nothing. Two things hold for all of them. What a student's
// program may have sent is shown with every octet that could steer a terminal, a log or a page
// escaped. And a student sees of a hidden check that there is one, and no more ([ForStudent]).
//
// What cannot be marked has no mark: no exporter makes a zero, or a pass, out of a grader
// that failed. Only Gradescope demands a number; it gets that of the submission before, and
// if there is none a zero that is said to be a place holder.
package export

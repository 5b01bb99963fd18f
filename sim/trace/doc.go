// Package trace is the one list of events that the model, a live run and a
// capture produce, and that everything else reads: screens, pictures, questions,
// comparison and marks.
//
// It decides nothing and draws nothing. [Event] is one thing that happened;
// [Trace] is a run. A trace has a text form for people ([Trace.Text]) and a JSON
// form, one object a line, for programs ([Trace.WriteJSON], [ReadJSON]).
package trace

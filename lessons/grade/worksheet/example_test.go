package worksheet_test

import (
	"fmt"

	"netlab/lessons/grade/worksheet"
)

// A student forgets that a SYN uses a number, and goes on from there.
func ExampleSheet_Grade() {
	spec := &worksheet.Spec{Ask: []string{"flags", "seq", "ack"}, Given: worksheet.Given{Rows: []int{1}}}
	script := `host A iss=100
host B iss=300
link A B
B: s = socket tcp
B: listen s 80
A: c = socket tcp
A: connect c B:80`
	sheet, err := worksheet.New(spec, script, "handshake")
	if err != nil {
		fmt.Println(err)
		return
	}
	checks, err := sheet.Grade("answers.csv", []byte("row,flags,seq,ack\n2,SYN+ACK,300,100\n3,ACK,100,301\n"), "en")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range checks {
		fmt.Println(c.ID, c.Score, c.Rationale, c.Belief)
	}
	// Output:
	// row-2 0.667 2 of 3 cells count syn-uses-no-number
	// row-3 1 all 3 cells count; seq = 100 follows from your ack in row 2: it counts; 101 would be right
}

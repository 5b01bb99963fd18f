package handin_test

import (
	"archive/zip"
	"fmt"
	"os"
	"path/filepath"

	"netlab/lessons/grade/handin"
)

func Example() {
	dir, err := os.MkdirTemp("", "handin")
	if err != nil {
		return
	}
	defer os.RemoveAll(dir)
	f, err := os.Create(filepath.Join(dir, "20230001_张三_实验一.zip"))
	if err != nil {
		return
	}
	w := zip.NewWriter(f)
	for name, text := range map[string]string{"实验一/server.py": "print('hello')\r\n", "实验一/报告.docx": "…"} {
		if file, err := w.Create(name); err == nil {
			fmt.Fprint(file, text)
		}
	}
	w.Close()
	f.Close()

	entries, _, err := handin.List(dir, "{student}_{name}_{title}.zip")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range entries {
		h, err := handin.Read(e.Path, handin.Options{Accept: []string{"*.py"}})
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(e.Student, e.Name, h.Files[0].Name)
		for _, r := range append(h.Left, h.Notes...) {
			fmt.Println(" ", r.Text("zh-CN"))
		}
	}
	// Output:
	// 20230001 张三 server.py
	//   实验一/报告.docx：不是要求提交的文件，未采用
	//   server.py：换行符 CRLF 已改为 LF
	//   实验一：所有文件都在这个文件夹里，文件名中已去掉它
}

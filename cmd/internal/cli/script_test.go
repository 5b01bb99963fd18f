package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"netlab/live/lab"
)

// The test binary is netlab itself: scripts call it by that name, and the lab's
// child is the same executable.
// commands are what the test binary is under other names.
var commands = map[string]func(){
	"netlab": func() {
		lab.Main()
		os.Exit(Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	},
}

func TestMain(m *testing.M) {
	lab.Main()
	testscript.Main(m, commands)
}

func TestScripts(t *testing.T) {
	all, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(all) < 10 {
		t.Fatalf("%d scripts: %v", len(all), err)
	}
	var some []string
	for i := 0; i < len(all); i += oneIn {
		some = append(some, all[i])
	}
	testscript.Run(t, testscript.Params{
		Files:         some,
		UpdateScripts: os.Getenv("NETLAB_UPDATE") == "1",
		Condition: func(cond string) (bool, error) {
			return cond == "live" && (os.Getenv("NETLAB_REQUIRE_LIVE") != "" || liveWorks()), nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"start": startPeer, "ended": endPeer, "interrupt": interruptPeer, "saw": sawPeer,
		},
		Setup: func(env *testscript.Env) error {
			for _, v := range []string{"NETLAB_REQUIRE_LIVE", "NETLAB_UPDATE"} {
				env.Setenv(v, os.Getenv(v))
			}
			env.Values[peersKey{}] = map[string]*started{}
			env.Setenv("LC_ALL", "C.UTF-8")
			env.Setenv("XDG_STATE_HOME", env.WorkDir+"/state")
			return nil
		},
	})
}

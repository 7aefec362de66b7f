// Statuscheck says of each resource on standard input, one JSON object a line, what kstatus (Flux, Helm, kubectl) and a health
// check of Argo CD make of it: one JSON object a line on standard output, in the same order.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"strings"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/parse"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	luajson "layeh.com/gopher-json"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

type verdict struct {
	Kstatus       string `json:"kstatus"`
	Health        string `json:"health"`
	HealthMessage string `json:"healthMessage"`
	Error         string `json:"error,omitempty"`
}

// health is what Argo CD takes from a check.
type health struct {
	Status  string `json:"status"`
	Message string `json:"message"`
}

func main() {
	log.SetFlags(0)
	script := flag.String("health", "", "file of the health check in Lua")
	flag.Parse()
	check, err := compile(*script)
	if err != nil {
		log.Fatal(err)
	}
	if err := run(check); err != nil {
		log.Fatal(err)
	}
}

func run(check *lua.FunctionProto) error {
	out := bufio.NewWriter(os.Stdout)
	encoder := json.NewEncoder(out)
	in := bufio.NewScanner(os.Stdin)
	// An object of etcd is smaller.
	in.Buffer(nil, 4<<20)
	for in.Scan() {
		if err := encoder.Encode(judge(in.Bytes(), check)); err != nil {
			return err
		}
	}
	return errors.Join(in.Err(), out.Flush())
}

func judge(line []byte, check *lua.FunctionProto) verdict {
	object := &unstructured.Unstructured{}
	if err := object.UnmarshalJSON(line); err != nil {
		return verdict{Error: err.Error()}
	}
	result, err := status.Compute(object)
	if err != nil {
		return verdict{Error: fmt.Sprintf("kstatus: %v", err)}
	}
	answer, err := runCheck(line, check)
	if err != nil {
		return verdict{Kstatus: string(result.Status), Error: fmt.Sprintf("health check: %v", err)}
	}
	return verdict{Kstatus: string(result.Status), Health: answer.Status, HealthMessage: answer.Message}
}

func compile(file string) (*lua.FunctionProto, error) {
	source, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	chunk, err := parse.Parse(strings.NewReader(string(source)), file)
	if err != nil {
		return nil, err
	}
	return lua.Compile(chunk, file)
}

// runCheck gives the check what Argo CD gives it, in a state of its own each time: the object as the global obj and the libraries
// package, base and table. Argo CD's time and date are left out: a health check that needs a clock would not be one.
func runCheck(object []byte, check *lua.FunctionProto) (health, error) {
	state := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer state.Close()
	libraries := map[string]lua.LGFunction{
		lua.LoadLibName: lua.OpenPackage,
		lua.BaseLibName: lua.OpenBase,
		lua.TabLibName:  lua.OpenTable,
	}
	for _, name := range []string{lua.LoadLibName, lua.BaseLibName, lua.TabLibName} {
		call := lua.P{Fn: state.NewFunction(libraries[name]), Protect: true}
		if err := state.CallByParam(call, lua.LString(name)); err != nil {
			return health{}, err
		}
	}
	value, err := luajson.Decode(state, object)
	if err != nil {
		return health{}, err
	}
	state.SetGlobal("obj", value)
	if err := state.CallByParam(lua.P{Fn: state.NewFunctionFromProto(check), NRet: 1, Protect: true}); err != nil {
		return health{}, err
	}
	return answerOf(state.Get(-1))
}

func answerOf(value lua.LValue) (health, error) {
	if value.Type() != lua.LTTable {
		return health{}, fmt.Errorf("returned %s where a table is expected", value.Type())
	}
	encoded, err := luajson.Encode(value)
	if err != nil {
		return health{}, err
	}
	answer := health{}
	return answer, json.Unmarshal(encoded, &answer)
}

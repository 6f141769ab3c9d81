// Command lint reads what is shipped in deploy/ as the programs that will read it do: the alert rules with
// Prometheus' own parser (what `promtool check rules` calls), the manifests into Kubernetes' own types, where a
// field that does not exist or has the wrong type is an error.
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

func main() {
	root := "."
	if len(os.Args) > 1 {
		root = os.Args[1]
	}
	wrong := 0
	check := func(pattern string, lint func(string) []error) {
		files, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil || len(files) == 0 {
			fmt.Fprintf(os.Stderr, "%s: no such files (%v)\n", pattern, err)
			wrong++
		}
		for _, file := range files {
			for _, err := range lint(file) {
				fmt.Fprintf(os.Stderr, "%s: %v\n", file, err)
				wrong++
			}
		}
	}
	check("deploy/prometheus/*.yml", rules)
	check("deploy/kubernetes/*.yaml", manifests)
	if wrong > 0 {
		os.Exit(1)
	}
}

func rules(file string) []error {
	_, errs := rulefmt.ParseFile(file, false, model.UTF8Validation)
	return errs
}

func manifests(file string) []error {
	text, err := os.ReadFile(file)
	if err != nil {
		return []error{err}
	}
	var errs []error
	for _, document := range bytes.Split(text, []byte("\n---\n")) {
		var kind struct {
			APIVersion string `json:"apiVersion"`
			Kind       string `json:"kind"`
		}
		if err := yaml.Unmarshal(document, &kind); err != nil {
			errs = append(errs, err)
			continue
		}
		var into any
		switch kind.APIVersion + " " + kind.Kind {
		case "v1 ConfigMap":
			into = &core.ConfigMap{}
		case "v1 PersistentVolumeClaim":
			into = &core.PersistentVolumeClaim{}
		case "v1 Service":
			into = &core.Service{}
		case "apps/v1 Deployment":
			into = &apps.Deployment{}
		case "apps/v1 StatefulSet":
			into = &apps.StatefulSet{}
		default:
			errs = append(errs, fmt.Errorf("a %s of %s, which this program does not know", kind.Kind, kind.APIVersion))
			continue
		}
		if err := yaml.UnmarshalStrict(document, into); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", kind.Kind, err))
		}
	}
	return errs
}

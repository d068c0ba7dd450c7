// Judges requests by a ValidatingAdmissionPolicy with the API server's own code. See ../README.md.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"

	admissionv1 "k8s.io/api/admission/v1"
	admissionregistration "k8s.io/api/admissionregistration/v1"
	"k8s.io/apiserver/pkg/cel/environment"
	"k8s.io/klog/v2"
)

// asked is one request of the input, verdict one of the output; both are arrays in the same order.
type asked struct {
	Name    string                       `json:"name"`
	Request admissionv1.AdmissionRequest `json:"request"`
}

type verdict struct {
	Name    string `json:"name"`
	Allowed bool   `json:"allowed"`
	Message string `json:"message,omitempty"`
	Cost    *cost  `json:"cost,omitempty"`
}

type report struct {
	// CompatibilityVersion is that of the environment that verdicts were made in.
	CompatibilityVersion string              `json:"compatibilityVersion"`
	DoesNotCompile       map[string][]string `json:"doesNotCompile"`
	TypeWarnings         []string            `json:"typeWarnings"`
	Verdicts             []verdict           `json:"verdicts"`
}

func main() {
	policyFile := flag.String("policy", "", "YAML file with the policies and their bindings")
	requestFile := flag.String("requests", "", "JSON file with requests: [{name, request: AdmissionRequest}]")
	listen := flag.String("listen", "", "address to answer AdmissionReview requests at instead, for an API server without policies")
	certificate := flag.String("cert", "", "TLS certificate for -listen")
	key := flag.String("key", "", "TLS key for -listen")
	oldest := flag.Uint("oldest", 0, "minor version of the oldest Kubernetes 1.x to compile for, every one up to the newest; 0: none")
	flag.Parse()
	klog.LogToStderr(true)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *policyFile, *requestFile, *listen, *certificate, *key, *oldest); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, policyFile, requestFile, listen, certificate, key string, oldest uint) error {
	policies, bindings, err := readPolicies(policyFile)
	if err != nil {
		return fmt.Errorf("%s: %w", policyFile, err)
	}
	if len(policies) != 1 {
		return fmt.Errorf("%s: one policy expected, %d found", policyFile, len(policies))
	}
	if listen != "" {
		judge, err := startJudge(ctx, policies, bindings)
		if err != nil {
			return err
		}
		return serve(ctx, judge, listen, certificate, key)
	}
	text, err := os.ReadFile(requestFile)
	if err != nil {
		return err
	}
	var requests []asked
	if err := json.Unmarshal(text, &requests); err != nil {
		return fmt.Errorf("%s: %w", requestFile, err)
	}
	result, err := judgeAll(ctx, policies[0], bindings, requests, oldest)
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", " ")
	return encoder.Encode(result)
}

func judgeAll(ctx context.Context, policy *admissionregistration.ValidatingAdmissionPolicy, bindings []*admissionregistration.ValidatingAdmissionPolicyBinding, requests []asked, oldest uint) (*report, error) {
	current := environment.DefaultCompatibilityVersion()
	result := &report{CompatibilityVersion: current.String(), DoesNotCompile: map[string][]string{}, TypeWarnings: []string{}}
	for minor := oldest; minor > 0 && minor <= current.Minor()+1; minor++ {
		if _, wrong := compiledFor(minor, environment.NewExpressions, policy); len(wrong) > 0 {
			result.DoesNotCompile[fmt.Sprintf("1.%d", minor)] = wrong
		}
	}
	for _, warning := range typeWarnings(policy, nil) {
		result.TypeWarnings = append(result.TypeWarnings, warning.FieldRef+": "+warning.Warning)
	}
	judge, err := startJudge(ctx, []*admissionregistration.ValidatingAdmissionPolicy{policy}, bindings)
	if err != nil {
		return nil, err
	}
	meter, err := newMeter(policy)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	for _, one := range requests {
		attributes, err := attributes(&one.Request)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", one.Name, err)
		}
		answer := verdict{Name: one.Name, Allowed: true}
		if err := judge.verdict(ctx, attributes); err != nil {
			answer.Allowed, answer.Message = false, err.Error()
		}
		if meter != nil {
			spent, err := meter.measure(ctx, attributes, judge.interfaces, one.Request.UserInfo.Username)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", one.Name, err)
			}
			answer.Cost = &spent
		}
		result.Verdicts = append(result.Verdicts, answer)
	}
	return result, nil
}

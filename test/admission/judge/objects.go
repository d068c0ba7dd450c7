package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	admissionv1 "k8s.io/api/admission/v1"
	admissionregistration "k8s.io/api/admissionregistration/v1"
	authentication "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/client-go/kubernetes/scheme"
)

// readPolicies returns what a file of YAML documents holds of policies and their bindings. Versions before v1 have the
// same fields and are read as v1.
func readPolicies(path string) (policies []*admissionregistration.ValidatingAdmissionPolicy, bindings []*admissionregistration.ValidatingAdmissionPolicyBinding, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	decoder := yaml.NewYAMLOrJSONDecoder(file, 4096)
	for {
		var raw runtime.RawExtension
		if err := decoder.Decode(&raw); errors.Is(err, io.EOF) {
			return policies, bindings, nil
		} else if err != nil {
			return nil, nil, err
		}
		if len(raw.Raw) == 0 || string(raw.Raw) == "null" {
			continue
		}
		var head metav1.TypeMeta
		if err := json.Unmarshal(raw.Raw, &head); err != nil {
			return nil, nil, err
		}
		switch head.Kind {
		case "ValidatingAdmissionPolicy":
			one := new(admissionregistration.ValidatingAdmissionPolicy)
			if err := strictly(raw.Raw, one); err != nil {
				return nil, nil, err
			}
			setDefaults(one.Spec.MatchConstraints)
			policies = append(policies, one)
		case "ValidatingAdmissionPolicyBinding":
			one := new(admissionregistration.ValidatingAdmissionPolicyBinding)
			if err := strictly(raw.Raw, one); err != nil {
				return nil, nil, err
			}
			setDefaults(one.Spec.MatchResources)
			bindings = append(bindings, one)
		}
	}
}

// setDefaults fills in what the API server does before it stores a policy.
func setDefaults(match *admissionregistration.MatchResources) {
	if match == nil {
		return
	}
	if match.MatchPolicy == nil {
		equivalent := admissionregistration.Equivalent
		match.MatchPolicy = &equivalent
	}
	if match.NamespaceSelector == nil {
		match.NamespaceSelector = &metav1.LabelSelector{}
	}
	if match.ObjectSelector == nil {
		match.ObjectSelector = &metav1.LabelSelector{}
	}
	for i := range match.ResourceRules {
		if match.ResourceRules[i].Scope == nil {
			all := admissionregistration.AllScopes
			match.ResourceRules[i].Scope = &all
		}
	}
}

// strictly refuses fields that the type does not have.
func strictly(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}

// decode reads an object as the API server holds it: by the Go type of its kind, which drops unknown fields and brings
// in what the type always has; as it stands where there is no such type.
func decode(raw runtime.RawExtension, kind schema.GroupVersionKind) (runtime.Object, error) {
	if len(raw.Raw) == 0 || string(raw.Raw) == "null" {
		return nil, nil
	}
	object, err := scheme.Scheme.New(kind)
	if runtime.IsNotRegisteredError(err) {
		object = &unstructured.Unstructured{}
	} else if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(raw.Raw, object); err != nil {
		return nil, fmt.Errorf("reading a %s: %w", kind.Kind, err)
	}
	object.GetObjectKind().SetGroupVersionKind(kind)
	return object, nil
}

// attributes is a request as it reaches the admission chain of an API server.
func attributes(request *admissionv1.AdmissionRequest) (admission.Attributes, error) {
	kind := schema.GroupVersionKind(request.Kind)
	object, err := decode(request.Object, kind)
	if err != nil {
		return nil, err
	}
	old, err := decode(request.OldObject, kind)
	if err != nil {
		return nil, err
	}
	return admission.NewAttributesRecord(object, old, kind, request.Namespace, request.Name,
		schema.GroupVersionResource(request.Resource), request.SubResource, admission.Operation(request.Operation),
		nil, request.DryRun != nil && *request.DryRun, whoever(request.UserInfo)), nil
}

func whoever(info authentication.UserInfo) user.Info {
	return &user.DefaultInfo{Name: info.Username, UID: info.UID, Groups: info.Groups}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	admissionregistration "k8s.io/api/admissionregistration/v1"
	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/admission/plugin/policy/validating"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizerfactory"
	"k8s.io/client-go/dynamic/fake"
	"k8s.io/client-go/informers"
	kubernetes "k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/kubernetes/scheme"
)

// judge is the ValidatingAdmissionPolicy plugin of the API server, with policies of our own.
type judge struct {
	plugin     *validating.Plugin
	interfaces admission.ObjectInterfaces
	client     *kubernetes.Clientset
}

// startJudge returns when the plugin enforces what it was given: policies are compiled in the background, and until then
// everything passes.
func startJudge(ctx context.Context, policies []*admissionregistration.ValidatingAdmissionPolicy, bindings []*admissionregistration.ValidatingAdmissionPolicyBinding) (*judge, error) {
	objects := []runtime.Object{}
	for _, one := range policies {
		objects = append(objects, one)
	}
	for _, one := range bindings {
		objects = append(objects, one)
	}
	ready, sentinel := sentinelPolicy()
	objects = append(objects, ready...)
	client := kubernetes.NewClientset(objects...)
	factory := informers.NewSharedInformerFactory(client, 0)
	plugin, err := validating.NewPlugin(nil)
	if err != nil {
		return nil, err
	}
	plugin.SetExternalKubeClientSet(client)
	plugin.SetExternalKubeInformerFactory(factory)
	plugin.SetRESTMapper(meta.NewDefaultRESTMapper(scheme.Scheme.PrioritizedVersionsAllGroups()))
	plugin.SetDynamicClient(fake.NewSimpleDynamicClient(scheme.Scheme))
	plugin.SetDrainedNotification(ctx.Done())
	plugin.SetAuthorizer(authorizerfactory.NewAlwaysAllowAuthorizer())
	if err := plugin.ValidateInitialization(); err != nil {
		return nil, err
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	judge := &judge{plugin: plugin, interfaces: admission.NewObjectInterfacesFromScheme(scheme.Scheme), client: client}
	for range 600 {
		if judge.verdict(ctx, sentinel) != nil {
			return judge, nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return nil, errors.New("the plugin did not take up its policies within 30 s")
}

// verdict is what the API server would answer: nil, or the error that the client gets.
func (j *judge) verdict(ctx context.Context, request admission.Attributes) error {
	if !j.plugin.Handles(request.GetOperation()) {
		return fmt.Errorf("the plugin does not look at %s", request.GetOperation())
	}
	if err := j.knowNamespace(ctx, request.GetNamespace()); err != nil {
		return err
	}
	return j.plugin.Validate(ctx, request, j.interfaces)
}

// knowNamespace makes the namespace of a request one that exists: the plugin refuses what is in others.
func (j *judge) knowNamespace(ctx context.Context, name string) error {
	if name == "" {
		return nil
	}
	labels := map[string]string{"kubernetes.io/metadata.name": name}
	namespace := &core.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}}
	_, err := j.client.CoreV1().Namespaces().Create(ctx, namespace, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	return err
}

// sentinelPolicy is a policy that refuses one user everything, and a request of that user. Policies take effect together.
func sentinelPolicy() ([]runtime.Object, admission.Attributes) {
	const name = "sentinel.kubemend.dev"
	everything := admissionregistration.NamedRuleWithOperations{RuleWithOperations: admissionregistration.RuleWithOperations{
		Operations: []admissionregistration.OperationType{"*"},
		Rule:       admissionregistration.Rule{APIGroups: []string{"*"}, APIVersions: []string{"*"}, Resources: []string{"*/*"}},
	}}
	policy := &admissionregistration.ValidatingAdmissionPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: admissionregistration.ValidatingAdmissionPolicySpec{
			MatchConstraints: &admissionregistration.MatchResources{
				ResourceRules: []admissionregistration.NamedRuleWithOperations{everything},
			},
			MatchConditions: []admissionregistration.MatchCondition{{Name: "it", Expression: "request.userInfo.username == 'sentinel'"}},
			Validations:     []admissionregistration.Validation{{Expression: "false"}},
		},
	}
	setDefaults(policy.Spec.MatchConstraints)
	binding := &admissionregistration.ValidatingAdmissionPolicyBinding{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: admissionregistration.ValidatingAdmissionPolicyBindingSpec{
			PolicyName: name, ValidationActions: []admissionregistration.ValidationAction{admissionregistration.Deny},
		},
	}
	kind := schema.GroupVersionKind{Version: "v1", Kind: "Node"}
	node := &core.Node{ObjectMeta: metav1.ObjectMeta{Name: "n"}}
	node.SetGroupVersionKind(kind)
	request := admission.NewAttributesRecord(node, nil, kind, "", "n", schema.GroupVersionResource{Version: "v1", Resource: "nodes"},
		"", admission.Create, nil, false, &user.DefaultInfo{Name: "sentinel"})
	return []runtime.Object{policy, binding}, request
}

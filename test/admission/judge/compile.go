package main

import (
	"context"
	"fmt"
	"slices"

	admissionregistration "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/version"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/admission/plugin/cel"
	"k8s.io/apiserver/pkg/admission/plugin/policy/validating"
	"k8s.io/apiserver/pkg/admission/plugin/webhook/matchconditions"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	"k8s.io/apiserver/pkg/authorization/authorizerfactory"
	"k8s.io/apiserver/pkg/cel/environment"
	"k8s.io/apiserver/pkg/cel/openapi/resolver"
	"k8s.io/client-go/kubernetes/scheme"
)

var declared = cel.OptionalVariableDeclarations{HasAuthorizer: true}

// expression is one of a policy, and where it stands.
type expression struct {
	field    string
	accessor cel.ExpressionAccessor
}

// expressionsOf lists match conditions and validations; variables are compiled apart, as others use them.
func expressionsOf(policy *admissionregistration.ValidatingAdmissionPolicy) []expression {
	all := []expression{}
	for i := range policy.Spec.MatchConditions {
		accessor := (*matchconditions.MatchCondition)(&policy.Spec.MatchConditions[i])
		all = append(all, expression{fmt.Sprintf("matchConditions[%d]", i), accessor})
	}
	for i, one := range policy.Spec.Validations {
		all = append(all, expression{fmt.Sprintf("validations[%d]", i), &validating.ValidationCondition{Expression: one.Expression}})
	}
	return all
}

// compiledFor compiles every expression with the functions and the limits of one Kubernetes version: NewExpressions as
// for a policy that is being created there, StoredExpressions (the same for all versions) as for one that is enforced.
func compiledFor(minor uint, mode environment.Type, policy *admissionregistration.ValidatingAdmissionPolicy) (*cel.CompositedCompiler, []string) {
	compiler, err := cel.NewCompositedCompiler(environment.MustBaseEnvSet(version.MajorMinor(1, minor)))
	if err != nil {
		return nil, []string{err.Error()}
	}
	wrong := []string{}
	for _, one := range policy.Spec.Variables {
		result := compiler.CompileAndStoreVariable(&validating.Variable{Name: one.Name, Expression: one.Expression}, declared, mode)
		if result.Error != nil {
			wrong = append(wrong, fmt.Sprintf("variables.%s: %v", one.Name, result.Error))
		}
	}
	for _, one := range expressionsOf(policy) {
		if result := compiler.CompileCELExpression(one.accessor, declared, mode); result.Error != nil {
			wrong = append(wrong, fmt.Sprintf("%s: %v", one.field, result.Error))
		}
	}
	return compiler, wrong
}

// typeWarnings is what the controller manager would write into the status of the policy.
func typeWarnings(policy *admissionregistration.ValidatingAdmissionPolicy, schemas resolver.SchemaResolver) []admissionregistration.ExpressionWarning {
	mapper := meta.NewDefaultRESTMapper(scheme.Scheme.PrioritizedVersionsAllGroups())
	return (&validating.TypeChecker{SchemaResolver: schemas, RestMapper: mapper}).Check(policy)
}

// meter tells what a request costs of the budgets that the API server gives to CEL.
type meter struct {
	conditions []metered
}

type metered struct {
	field     string
	evaluator cel.ConditionEvaluator
}

// cost of one request: all expressions of the policy together, and the dearest of them.
type cost struct {
	Total   int64  `json:"total"`
	Dearest int64  `json:"dearest"`
	Field   string `json:"field"`
}

func newMeter(policy *admissionregistration.ValidatingAdmissionPolicy) (*meter, error) {
	minor := environment.DefaultCompatibilityVersion().Minor()
	compiler, wrong := compiledFor(minor, environment.StoredExpressions, policy)
	if len(wrong) > 0 {
		return nil, fmt.Errorf("%d expressions do not compile for 1.%d: %s", len(wrong), minor, wrong[0])
	}
	made := &meter{}
	for _, one := range expressionsOf(policy) {
		evaluator := compiler.CompileCondition([]cel.ExpressionAccessor{one.accessor}, declared, environment.StoredExpressions)
		made.conditions = append(made.conditions, metered{one.field, evaluator})
	}
	return made, nil
}

// measure evaluates each expression alone; variables are counted for each expression that uses them, so the total is an
// upper bound. An expression that breaks a limit counts as that limit.
func (m *meter) measure(ctx context.Context, attributes admission.Attributes, interfaces admission.ObjectInterfaces, username string) (cost, error) {
	versioned, err := admission.NewVersionedAttributes(attributes, attributes.GetKind(), interfaces)
	if err != nil {
		return cost{}, err
	}
	request := cel.CreateAdmissionRequest(attributes, metav1.GroupVersionResource(attributes.GetResource()), metav1.GroupVersionKind(attributes.GetKind()))
	request.UserInfo.Username = username
	var allow authorizer.Authorizer = authorizerfactory.NewAlwaysAllowAuthorizer()
	costs := []int64{}
	for _, one := range m.conditions {
		_, left, err := one.evaluator.ForInput(ctx, versioned, request, cel.OptionalVariableBindings{Authorizer: allow}, nil, celconfig.RuntimeCELCostBudget)
		if err != nil {
			left = 0
		}
		costs = append(costs, celconfig.RuntimeCELCostBudget-left)
	}
	var sum cost
	for _, one := range costs {
		sum.Total += one
	}
	sum.Dearest = slices.Max(costs)
	sum.Field = m.conditions[slices.Index(costs, sum.Dearest)].field
	return sum, nil
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"

	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// maxReviewBytes is above what an API server can send: a request of at most 3 MiB, with the object as it was before.
const maxReviewBytes = 16 << 20

// serve answers AdmissionReview requests over HTTPS, for an API server that has validating webhooks but no policies.
func serve(ctx context.Context, judge *judge, address, certificate, key string) error {
	server := &http.Server{Addr: address, Handler: reviews(judge)}
	go func() {
		<-ctx.Done()
		server.Close()
	}()
	fmt.Fprintf(os.Stderr, "judging at https://%s\n", address)
	return server.ListenAndServeTLS(certificate, key)
}

func reviews(judge *judge) http.HandlerFunc {
	return func(writer http.ResponseWriter, incoming *http.Request) {
		var review admissionv1.AdmissionReview
		if err := json.NewDecoder(http.MaxBytesReader(writer, incoming.Body, maxReviewBytes)).Decode(&review); err != nil || review.Request == nil {
			http.Error(writer, "not an AdmissionReview of admission.k8s.io/v1", http.StatusBadRequest)
			return
		}
		review.Response = &admissionv1.AdmissionResponse{UID: review.Request.UID, Allowed: true}
		attributes, err := attributes(review.Request)
		if err == nil {
			err = judge.verdict(incoming.Context(), attributes)
		}
		if err != nil {
			review.Response.Allowed = false
			review.Response.Result = &metav1.Status{Status: metav1.StatusFailure, Code: http.StatusForbidden, Reason: metav1.StatusReasonForbidden, Message: err.Error()}
		}
		review.Request = nil
		writer.Header().Set("Content-Type", "application/json")
		json.NewEncoder(writer).Encode(review)
	}
}

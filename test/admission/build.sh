#!/bin/sh
# Builds the judge from Debian's packages of Kubernetes' own libraries: build.sh DIRECTORY [SUITE]
# Needs apt, dpkg-deb and 3 GB in DIRECTORY; installs nothing and asks for no rights. Debian testing and later have Kubernetes 1.36.
set -eu
target=$(mkdir -p "$1" && cd "$1" && pwd)
suite=${2:-sid}
source=$(cd "$(dirname "$0")/judge" && pwd)
go=golang-1.26

mkdir -p "$target/apt/lists/partial" "$target/apt/archives/partial" "$target/root"
: > "$target/apt/status"
echo "deb http://deb.debian.org/debian $suite main" > "$target/apt/sources.list"
options="-o Dir::Etc::SourceList=$target/apt/sources.list -o Dir::Etc::SourceParts=/dev/null -o Dir::State=$target/apt
  -o Dir::State::Lists=$target/apt/lists -o Dir::State::status=$target/apt/status -o Dir::Cache=$target/apt
  -o APT::Install-Recommends=false -o Debug::NoLocking=1 -o APT::Sandbox::User="
# shellcheck disable=SC2086
apt-get $options -qq update
# shellcheck disable=SC2086
apt-get $options -qq -y --download-only install golang-k8s-apiserver-dev golang-k8s-client-go-dev $go-go $go-src
for package in "$target"/apt/archives/golang-*.deb; do dpkg-deb -x "$package" "$target/root"; done

cd "$source"
GOROOT=$target/root/usr/lib/go-${go#golang-} GOPATH=$target/root/usr/share/gocode GOCACHE=$target/cache \
  GO111MODULE=off GOTOOLCHAIN=local GOFLAGS= CGO_ENABLED=0 \
  "$target/root/usr/lib/go-${go#golang-}/bin/go" build -o "$target/judge" .
echo "$target/judge"

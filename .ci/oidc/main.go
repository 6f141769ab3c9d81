// A real OpenID provider for the tests of signing in: the OpenID-certified library of ZITADEL, with the store and the
// login form of its own example. It serves on a free port of loopback, prints its issuer on a line, and ends when its
// standard input does, so that none is left behind.
//
//	provider -redirect http://127.0.0.1:1/sign-in/oidc/callback [-cert tls.pem -key tls.key]
//
// Clients: "verzet" and "other", whose secrets are "secret", and "public" without one. Users: see below.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
)

type users map[string]*storage.User

func (u users) GetUserByID(id string) *storage.User { return u[id] }

func (u users) GetUserByUsername(name string) *storage.User {
	for _, user := range u {
		if user.Username == name {
			return user
		}
	}
	return nil
}

func (users) ExampleClientID() string { return storage.ServiceUserID }

func main() {
	redirects := flag.String("redirect", "", "where browsers are sent back to, with commas between")
	cert := flag.String("cert", "", "certificate and chain, PEM; none serves in clear")
	key := flag.String("key", "", "the certificate's key, PEM")
	flag.Parse()

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	scheme := "http"
	if *cert != "" {
		scheme = "https"
	}
	issuer := fmt.Sprintf("%s://%s", scheme, listener.Addr())
	back := strings.Split(*redirects, ",")
	storage.RegisterClients(
		storage.WebClient("verzet", "secret", back...),
		storage.WebClient("other", "secret", back...),
		storage.NativeClient("public", back...),
	)
	people := users{}
	for _, name := range []string{"first", "second", "third"} {
		people["subject-"+name] = &storage.User{
			ID: "subject-" + name, Username: name, Password: "a password of " + name,
		}
	}
	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	router := exampleop.SetupServer(issuer, storage.NewStorage(people), logger, false)

	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	fmt.Println(issuer)
	if *cert != "" {
		log.Fatal(http.ServeTLS(listener, router, *cert, *key))
	}
	log.Fatal(http.Serve(listener, router))
}

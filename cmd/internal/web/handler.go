package web

import (
	"bytes"
	"crypto/subtle"
	_ "embed"
	"encoding/json"
	"html/template"
	"io"
	"mime"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"netlab/lessons/text"
)

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS []byte

//go:embed page.js
var pageJS []byte

//go:embed icon.svg
var icon []byte

var pageTemplate = template.Must(template.New("page").Parse(pageHTML))

// policy lets the page load what it comes with, talk to this server, and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// guard is around every request: what is asked for without a token, or under another
// name than this machine's, does not exist; and a panic ends one answer only.
func (s *Server) guard() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(writeTime))
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		defer func() {
			if recover() != nil {
				panic(http.ErrAbortHandler) // closes the connection and says nothing
			}
		}()
		token, rest, slash := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		lead, follow := same(token, s.lead), same(token, s.follow)
		switch {
		case !lead && !follow, s.loopback && !isOwnName(r.Host):
			w.WriteHeader(http.StatusNotFound)
		case !slash:
			http.Redirect(w, r, "/"+token+"/", http.StatusPermanentRedirect)
		default:
			s.answer(w, r, rest, lead)
		}
	})
}

// same compares in a time that tells nothing.
func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// isOwnName reports whether a request's Host is this machine itself. A foreign name that leads
// here is somebody's page that would like to look like ours (DNS rebinding).
func isOwnName(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return isLoopback(strings.Trim(host, "[]"))
}

// answer answers a request that has a token.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, what string, lead bool) {
	switch {
	case r.Method == http.MethodPost && what == "command" && lead:
		s.command(w, r)
	case r.Method != http.MethodGet:
		w.WriteHeader(http.StatusNotFound)
	case what == "":
		s.page(w, lead)
	case what == "page.css":
		send(w, "text/css; charset=utf-8", pageCSS)
	case what == "page.js":
		send(w, "text/javascript; charset=utf-8", pageJS)
	case what == "icon.svg":
		send(w, "image/svg+xml", icon)
	case what == "events":
		s.events(w, r, lead)
	case what == "past":
		s.past(w, r)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func send(w http.ResponseWriter, kind string, data []byte) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	_, _ = w.Write(data)
}

func (s *Server) page(w http.ResponseWriter, lead bool) {
	var b bytes.Buffer
	err := pageTemplate.Execute(&b, map[string]any{"Lead": lead, "Words": s.words, "Lang": s.lang("")})
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	send(w, "text/html; charset=utf-8", b.Bytes())
}

// lang is the language that a request asks for or, if it is not spoken here, the show's.
func (s *Server) lang(asked string) string {
	for _, l := range text.Languages() {
		if l == asked {
			return l
		}
	}
	return s.own
}

// past shows a place that was shown before.
func (s *Server) past(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	at, err := strconv.Atoi(q.Get("at"))
	if err != nil || at < 0 {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	data := s.shown(s.lang(q.Get("lang")), at)
	if data == nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	send(w, "application/json", data)
}

// shown returns what was shown at a place.
func (s *Server) shown(lang string, at int) []byte {
	s.looking.Lock()
	defer s.looking.Unlock()
	return s.stage.current().piece(lang, at)
}

// command does what the leader's page asks.
func (s *Server) command(w http.ResponseWriter, r *http.Request) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		w.WriteHeader(http.StatusUnsupportedMediaType)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mostBody))
	if err != nil {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	c, err := parseCommand(body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	s.show.Do(c)
	w.WriteHeader(http.StatusNoContent)
}

// pageWords are the words of the page itself, by language and key.
func pageWords() string {
	all := map[string]map[string]string{}
	for _, lang := range text.Languages() {
		w := text.For(lang)
		all[lang] = map[string]string{"tally": w.T("present_tally"), "tally_bad": w.T("present_tally_bad")}
		for _, key := range pageKeys {
			all[lang][key] = w.T("web_" + key)
		}
	}
	data, err := json.Marshal(all)
	if err != nil { // a map of strings
		return "{}"
	}
	return string(data)
}

// pageKeys are the words that the page's script uses, without their prefix.
var pageKeys = []string{"joining", "following", "looking", "away", "over", "blank", "earlier", "later", "follow", "back", "next", "language", "dark", "light",
	"picture", "story", "question", "hands_count", "controls"}

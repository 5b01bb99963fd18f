package web

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"sync"
	"time"

	"netlab/lessons/present"
)

// A stage has the newest edition of a show.
type stage struct {
	show *present.Show
	mu   sync.Mutex
	now  *edition
}

// An edition is the show as it is until its next change, in pieces that all who follow
// share.
type edition struct {
	show *present.Show
	over chan struct{} // closed when there is a newer edition

	mu     sync.Mutex
	pieces map[key]*piece
}

// A key says which piece: the present place, or one that was shown before.
type key struct {
	lang string
	at   int // present: the present one
}

const nowShown = -1

// A piece is what a page needs of one place in one language, as JSON, made by the first who
// needs it.
type piece struct {
	once sync.Once
	data []byte
}

// mostPieces bounds what is kept of places shown before.
const mostPieces = 64

func newStage(show *present.Show) *stage {
	return &stage{show: show, now: newEdition(show)}
}

func newEdition(show *present.Show) *edition {
	return &edition{show: show, over: make(chan struct{}), pieces: map[key]*piece{}}
}

func (s *stage) current() *edition {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// run makes an edition for each change, until ctx ends.
func (s *stage) run(ctx context.Context) {
	news, stop := s.show.Watch()
	defer stop()
	s.turn() // what was asked before anybody watched
	for {
		select {
		case <-news:
			s.turn()
		case <-ctx.Done():
			return
		}
	}
}

func (s *stage) turn() {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.now
	s.now = newEdition(s.show)
	close(old.over)
}

// piece returns a piece of the edition; nil if the show could not make it.
func (e *edition) piece(lang string, at int) []byte {
	k := key{lang, at}
	e.mu.Lock()
	p := e.pieces[k]
	if p == nil {
		if len(e.pieces) >= mostPieces {
			maps.DeleteFunc(e.pieces, func(k key, _ *piece) bool { return k.at != nowShown })
		}
		p = &piece{}
		e.pieces[k] = p
	}
	e.mu.Unlock()
	p.once.Do(func() {
		v, err := makeView(e.show, lang, at)
		if err != nil {
			return
		}
		if data, err := json.Marshal(v); err == nil {
			p.data = data
		}
	})
	return p.data
}

// events sends a page the present edition, and each that is newest when it is ready for one.
func (s *Server) events(w http.ResponseWriter, r *http.Request, lead bool) {
	lang := s.lang(r.URL.Query().Get("lang"))
	if !lead {
		s.followers.Add(1)
		defer s.followers.Add(-1)
	}
	c := http.NewResponseController(w)
	_ = c.SetReadDeadline(time.Time{}) // nothing more is read
	w.Header().Set("Content-Type", "text/event-stream")
	say := func(event string, data []byte) bool {
		_ = c.SetWriteDeadline(time.Now().Add(writeTime))
		for _, part := range [][]byte{[]byte("event: " + event + "\ndata: "), data, []byte("\n\n")} {
			if _, err := w.Write(part); err != nil {
				return false
			}
		}
		return c.Flush() == nil
	}
	beat := time.NewTicker(s.beat)
	defer beat.Stop()
	for e := s.stage.current(); ; e = s.stage.current() {
		if data := e.piece(lang, nowShown); data != nil && !say("slide", data) {
			return
		}
		for newer := false; !newer; {
			select {
			case <-e.over:
				newer = true
			case <-beat.C:
				if !say("beat", nil) {
					return
				}
			case <-r.Context().Done():
				return
			}
		}
	}
}

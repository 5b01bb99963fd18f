package peer

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"netlab/sim/wire"
)

// checkFiles looks at the files and the folder before any socket is made.
func (o *Options) checkFiles() error {
	files, folder := len(o.SendFiles) > 0, o.ReceiveDir != ""
	switch {
	case !files && !folder:
		if o.As != "" || o.Force {
			return wrong("--as goes with --send-file, --force with --receive-file", "there is no file to name or to write over")
		}
		return nil
	case o.Proto == wire.UDP:
		return wrong("use netlab peer tcp", "files are not sent in datagrams: nobody would send again what is lost")
	case files && folder:
		return wrong("start a second peer", "a peer sends files or receives them")
	case len(o.Sends) > 0 || o.Size > 0 || o.Every > 0 || o.Echo || o.Reply != "" || o.Lines:
		return wrong("start a second peer for it", "a peer that moves files sends no texts and answers none")
	case o.As != "" && len(o.SendFiles) != 1:
		return wrong("send them one by one", "--as names one file")
	}
	for _, path := range o.SendFiles {
		info, err := os.Stat(path)
		if err != nil {
			return wrong("the path of a file that can be read", "--send-file %s: %v", path, plain(err))
		}
		if !info.Mode().IsRegular() {
			return wrong("the path of a file", "--send-file %s is no file", path)
		}
	}
	if folder {
		info, err := os.Stat(o.ReceiveDir)
		if err != nil || !info.IsDir() {
			return wrong("make it first: mkdir "+o.ReceiveDir, "--receive-file %s is no folder", o.ReceiveDir)
		}
	}
	return nil
}

// plain is the operating system's reason without the path.
func plain(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// A stream counts what passes through a connection, with a deadline for each call, and
// shows how far a file is.
type stream struct {
	*conn
	count int
	meter func(int)
	idle  bool // between two files the peer may take its time
}

// Read implements io.Reader.
func (s *stream) Read(b []byte) (int, error) {
	until := time.Now().Add(s.patience())
	if s.idle {
		until = s.until()
	}
	if err := s.limit(s.tcp.SetReadDeadline, until); err != nil {
		return 0, err
	}
	n, err := s.tcp.Read(b)
	s.idle = false
	s.count++
	s.meter(n)
	return n, err
}

// Write implements io.Writer.
func (s *stream) Write(b []byte) (int, error) {
	if err := s.limit(s.tcp.SetWriteDeadline, time.Now().Add(s.patience())); err != nil {
		return 0, err
	}
	n, err := s.tcp.Write(b)
	s.count++
	s.meter(n)
	return n, err
}

// begin counts from 0, towards total.
func (s *stream) begin(total int64) {
	s.count = 0
	done := int64(0)
	s.meter = func(n int) {
		done += int64(n)
		if s.opt.Progress != nil {
			s.opt.Progress(min(done, total), total)
		}
	}
}

func (c *conn) stream() *stream { return &stream{conn: c, meter: func(int) {}} }

// piece is how much of a file one call moves.
const piece = 64 << 10

// fileFailed tells why a file did not arrive.
func (c *conn) fileFailed(name, reason string, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	c.note(WhyFileRefused, name, reason)
	return &FileError{name, reason, err}
}

// sendFiles sends one file after the other, ends its direction and waits for the peer.
func (c *conn) sendFiles(ctx context.Context) error {
	for _, path := range c.opt.SendFiles {
		send := c.sendFile
		if c.opt.Fault == StarHeader {
			send = c.sendStar
		}
		if err := send(path); err != nil {
			return err
		}
	}
	c.shutdown()
	if _, err := c.recv(make([]byte, 1)); !errors.Is(err, io.EOF) && ctx.Err() == nil {
		return err
	}
	return nil
}

// openFile opens a file that is to be sent, and says as what. An error is noted.
func (c *conn) openFile(path string) (*os.File, Header, error) {
	head := Header{Name: c.opt.As}
	if head.Name == "" {
		head.Name = filepath.Base(path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, head, c.fileFailed(head.Name, "not-read", plain(err))
	}
	info, err := f.Stat()
	if err != nil {
		_ = f.Close()
		return nil, head, c.fileFailed(head.Name, "not-read", plain(err))
	}
	head.Size = info.Size()
	return f, head, nil
}

// sendFile sends a file and waits for the receiver's verdict.
func (c *conn) sendFile(path string) error {
	f, head, err := c.openFile(path)
	if err != nil {
		return err
	}
	defer f.Close()
	name, s := head.Name, c.stream()
	c.note(WhyFileOffered, name, head.Size)
	c.calls("send", c.name+" header")
	n, err := s.Write(head.Bytes())
	if err = c.returned("send", c.name+" header", strconv.Itoa(n), err); err != nil {
		return err
	}
	if err := c.answerOf(s, name); err != nil {
		return err
	}
	sum := sha256.New()
	s.begin(head.Size)
	_, err = io.CopyBuffer(onlyWriter{io.MultiWriter(s, sum)}, io.LimitReader(f, head.Size), make([]byte, piece))
	if err != nil {
		return c.returned("send", c.name+" "+name, "", err)
	}
	calls := s.count
	s.begin(0)
	if _, err := s.Write(sum.Sum(nil)); err != nil {
		return c.returned("send", c.name+" SHA-256", "", err)
	}
	c.note(WhyFileHanded, name, head.Size, calls)
	if err := c.answerOf(s, name); err != nil {
		return err
	}
	c.note(WhyFileKept, name, head.Size)
	return nil
}

// onlyWriter hides what else a writer can do, so that the copy goes piece by piece.
type onlyWriter struct{ io.Writer }

// answerOf waits for the receiver's verdict.
func (c *conn) answerOf(s *stream, name string) error {
	v, _, err := readVerdict(s)
	switch {
	case err != nil && c.tcp.SetReadDeadline(time.Time{}) != nil:
		return c.fileFailed(name, "not-answered", nil) // closed by order
	case err != nil:
		return c.fileFailed(name, "not-answered", err)
	case v != verdictGood:
		return c.fileFailed(name, verdictIDs[v], nil)
	}
	return nil
}

// receiveFiles takes files until the sender has ended its direction.
func (c *conn) receiveFiles(context.Context) error {
	if c.opt.Fault == StarHeader {
		return c.receiveStar()
	}
	for {
		s := c.stream()
		s.idle = true
		head, err := ReadHeader(s)
		switch {
		case errors.Is(err, io.EOF):
			return c.returned("recv", c.name+" "+strconv.Itoa(headerLen), "0", nil, because(WhyPeerClosed))
		case errors.Is(err, ErrNoHeader):
			return c.fileFailed("?", "no-header", nil)
		case errors.Is(err, io.ErrUnexpectedEOF):
			return c.fileFailed("?", "cut-short", nil)
		case err != nil:
			return c.returned("recv", c.name+" "+strconv.Itoa(headerLen), "", err)
		}
		if err := c.receiveFile(s, head); err != nil {
			return err
		}
	}
}

// receiveFile takes one file. It stands in the folder under its name when it is whole,
// and not before.
func (c *conn) receiveFile(s *stream, head Header) error {
	name := head.Name
	if !SafeName(name) && c.opt.Fault == TrustName {
		c.note(WhyOutside, filepath.Join(c.opt.ReceiveDir, name))
		name = baseName(name)
	}
	path := filepath.Join(c.opt.ReceiveDir, name)
	if v := c.judge(name, path); v != verdictGood {
		_ = writeVerdict(s, v, 0)
		return c.fileFailed(head.Name, verdictIDs[v], nil)
	}
	c.note(WhyFileComes, head.Name, head.Size)
	if err := writeVerdict(s, verdictGood, 0); err != nil {
		return c.fileFailed(head.Name, "cut-short", err)
	}
	tmp, err := os.CreateTemp(c.opt.ReceiveDir, temporary+"*")
	if err != nil {
		_ = writeVerdict(s, verdictWrite, 0)
		return c.fileFailed(head.Name, "not-written", plain(err))
	}
	defer os.Remove(tmp.Name()) // gone already, if all went well
	defer tmp.Close()
	_ = tmp.Chmod(0o644) // it is no secret; some file systems have no modes
	got, calls, v, err := c.fill(tmp, s, head)
	if err == nil && v == verdictGood {
		v, err = c.keep(tmp, path)
	}
	if err == nil || v != verdictGood {
		_ = writeVerdict(s, v, got)
	}
	if v != verdictGood || err != nil {
		reason := verdictIDs[v]
		if v == verdictGood {
			reason = "cut-short"
		}
		return c.fileFailed(head.Name, reason, err)
	}
	c.note(WhyFileTaken, path, got, calls)
	return nil
}

// judge says whether a file of that name may be kept.
func (c *conn) judge(name, path string) verdict {
	if !SafeName(name) {
		return verdictName
	}
	if _, err := os.Lstat(path); err == nil && !c.opt.Force {
		return verdictExists
	}
	return verdictGood
}

// fill writes what arrives and compares the two hashes. An error of the file has the
// verdict that says so; one of the connection has none.
func (c *conn) fill(to io.Writer, s *stream, head Header) (got int64, calls int, v verdict, err error) {
	s.begin(head.Size)
	if head.Size == 0 && c.opt.Fault == EmptyFile {
		c.note(WhyEmptyWaits)
		_, _ = io.CopyBuffer(onlyWriter{io.Discard}, s, make([]byte, piece)) // no count of octets will ever be 0
		return 0, s.count, verdictGood, io.ErrUnexpectedEOF
	}
	sum := sha256.New()
	writes := &guarded{w: to}
	got, err = io.CopyBuffer(onlyWriter{io.MultiWriter(writes, sum)}, io.LimitReader(s, head.Size), make([]byte, piece))
	calls = s.count
	switch {
	case writes.err != nil:
		return got, calls, verdictWrite, writes.err
	case err != nil:
		return got, calls, verdictGood, err
	case got < head.Size:
		return got, calls, verdictGood, io.ErrUnexpectedEOF
	}
	return got, calls, c.sameHash(s, sum), nil
}

func (c *conn) sameHash(s *stream, sum hash.Hash) verdict {
	want := make([]byte, sha256.Size)
	s.begin(0)
	if _, err := io.ReadFull(s, want); err != nil || string(sum.Sum(nil)) != string(want) {
		return verdictHash
	}
	return verdictGood
}

// guarded remembers that it was the file, not the connection, that failed.
type guarded struct {
	w   io.Writer
	err error
}

// Write implements io.Writer.
func (g *guarded) Write(b []byte) (int, error) {
	n, err := g.w.Write(b)
	if err != nil {
		g.err = plain(err)
	}
	return n, err
}

// keep gives a whole file its name. Without force a link is made, which never takes the
// place of a file that has come there meanwhile.
func (c *conn) keep(tmp *os.File, path string) (verdict, error) {
	if c.opt.Fault == AppendFiles && c.first != "" {
		return verdictWriteIf(c.appendTo(tmp))
	}
	c.first = path
	if err := tmp.Close(); err != nil {
		return verdictWrite, plain(err)
	}
	if c.opt.Force {
		return verdictWriteIf(os.Rename(tmp.Name(), path))
	}
	err := os.Link(tmp.Name(), path)
	if errors.Is(err, os.ErrExist) {
		return verdictExists, nil
	}
	if err == nil {
		return verdictGood, nil
	}
	if _, there := os.Lstat(path); there == nil { // a file system without links
		return verdictExists, nil
	}
	return verdictWriteIf(os.Rename(tmp.Name(), path))
}

func verdictWriteIf(err error) (verdict, error) {
	if err != nil {
		return verdictWrite, fmt.Errorf("%w", plain(err))
	}
	return verdictGood, nil
}

// appendTo makes the mistake of a receiver that opens its file once, to append.
func (c *conn) appendTo(tmp *os.File) error {
	if _, err := tmp.Seek(0, io.SeekStart); err != nil {
		return err
	}
	f, err := os.OpenFile(c.first, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := io.Copy(f, tmp); err != nil {
		return err
	}
	c.note(WhyAppended, c.first)
	return nil
}

package grade

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"hash/fnv"

	"netlab/lessons/grade/result"
)

// shardOf is the part, from 1 to n, that a student belongs to.
func shardOf(student string, n int) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(student))
	return int(h.Sum32()%uint32(n)) + 1
}

// A Signer signs results, so that nobody can change one, or give it to another student,
// unnoticed.
type Signer struct{ key ed25519.PrivateKey }

// NewSigner reads a private key as `openssl genpkey -algorithm ed25519` writes it.
func NewSigner(name string, pemText []byte) (*Signer, error) {
	block, _ := pem.Decode(pemText)
	if block == nil {
		return nil, fmt.Errorf("%s: no PEM: make a key with openssl genpkey -algorithm ed25519 -out key.pem", name)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%s: no private key: %w", name, err)
	}
	own, ok := key.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%s: a key of another kind: make one with openssl genpkey -algorithm ed25519", name)
	}
	return &Signer{own}, nil
}

// ReadPublicKey reads a public key, or the public half of a private one.
func ReadPublicKey(name string, pemText []byte) (ed25519.PublicKey, error) {
	block, _ := pem.Decode(pemText)
	if block == nil {
		return nil, fmt.Errorf("%s: no PEM: write one with openssl pkey -in key.pem -pubout -out public.pem", name)
	}
	if key, err := x509.ParsePKIXPublicKey(block.Bytes); err == nil {
		if own, ok := key.(ed25519.PublicKey); ok {
			return own, nil
		}
	}
	if s, err := NewSigner(name, pemText); err == nil {
		return s.key.Public().(ed25519.PublicKey), nil
	}
	return nil, fmt.Errorf("%s: no public key of Ed25519", name)
}

// Sign puts a signature on a result, in the place of an older one.
func (s *Signer) Sign(r *result.Result) error {
	r.Signature = nil
	data, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("grade: %w", err)
	}
	text, err := canonical(data)
	if err != nil {
		return err
	}
	r.Signature = &result.Signed{Alg: "ed25519", KeyID: keyID(s.key.Public().(ed25519.PublicKey)), Sig: base64.StdEncoding.EncodeToString(ed25519.Sign(s.key, text))}
	return nil
}

// Verify holds the text of a result against its signature, which must be by the same key.
func (s *Signer) Verify(data []byte) error {
	return Verify(data, s.key.Public().(ed25519.PublicKey))
}

// Verify holds the text of a result against its signature.
func Verify(data []byte, key ed25519.PublicKey) error {
	var r struct {
		Signature *result.Signed `json:"signature"`
	}
	if err := json.Unmarshal(data, &r); err != nil {
		return err
	}
	if r.Signature == nil {
		return errors.New("it is not signed")
	}
	if r.Signature.KeyID != keyID(key) {
		return fmt.Errorf("it was signed with another key (%s)", r.Signature.KeyID)
	}
	sig, err := base64.StdEncoding.DecodeString(r.Signature.Sig)
	if err != nil {
		return errors.New("its signature cannot be read")
	}
	text, err := canonical(data)
	if err != nil {
		return err
	}
	if !ed25519.Verify(key, text, sig) {
		return errors.New("it was changed after it was signed")
	}
	return nil
}

// canonical is a result without its signature in the one form that is signed: keys in order, no
// blanks, numbers as they were written (RFC 8785 but for numbers).
func canonical(data []byte) ([]byte, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var all map[string]any
	if err := dec.Decode(&all); err != nil {
		return nil, fmt.Errorf("grade: %w", err)
	}
	delete(all, "signature")
	return json.Marshal(all)
}

func keyID(key ed25519.PublicKey) string {
	sum := sha256.Sum256(key)
	return hex.EncodeToString(sum[:8])
}

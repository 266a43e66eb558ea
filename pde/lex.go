package pde

import (
	"unicode"
	"unicode/utf8"
)

// tokenKind says what a token is. Operators and brackets are their own text.
type tokenKind uint8

const (
	tokenEnd tokenKind = iota
	tokenNumber
	tokenName // a name or one of the words and, or, not
	tokenMark // an operator, bracket or comma
	tokenBad  // a character that stands for nothing
)

// token is a piece of the source text: its bytes from pos up to end.
type token struct {
	kind     tokenKind
	text     string
	pos, end int
}

// is reports whether the token is the mark or word.
func (t token) is(text string) bool {
	return t.text == text && (t.kind == tokenMark || t.kind == tokenName)
}

// lexer cuts a text into tokens.
type lexer struct {
	src string
	pos int
}

// marks are the operators and brackets, longer ones before shorter ones; ==, !=,
// && and || are among them to say what is meant instead.
var marks = []string{
	"**", "<=", ">=", "+", "-", "*", "/", "^", "(", ")", ",",
	"==", "!=", "&&", "||", "<", ">", "=",
}

// next returns the next token; at the end of the text a tokenEnd for ever.
func (l *lexer) next() token {
	for l.pos < len(l.src) {
		r, n := utf8.DecodeRuneInString(l.src[l.pos:])
		if !unicode.IsSpace(r) {
			break
		}
		l.pos += n
	}
	rest := l.src[l.pos:]
	if rest == "" {
		return token{kind: tokenEnd, pos: l.pos, end: l.pos}
	}
	if n := numberLength(rest); n > 0 {
		return l.take(tokenNumber, n)
	}
	if n := nameLength(rest); n > 0 {
		return l.take(tokenName, n)
	}
	for _, m := range marks {
		if len(rest) >= len(m) && rest[:len(m)] == m {
			return l.take(tokenMark, len(m))
		}
	}
	_, n := utf8.DecodeRuneInString(rest)
	return l.take(tokenBad, n)
}

func (l *lexer) take(kind tokenKind, n int) token {
	t := token{kind: kind, text: l.src[l.pos : l.pos+n], pos: l.pos, end: l.pos + n}
	l.pos += n
	return t
}

// numberLength returns the length of the number that s starts with:
// digits, a point with digits on at least one side, an exponent.
func numberLength(s string) int {
	n := digits(s)
	if n < len(s) && s[n] == '.' {
		if f := digits(s[n+1:]); n+f > 0 {
			n += 1 + f
		}
	}
	if n == 0 {
		return 0
	}
	if rest := s[n:]; len(rest) > 1 && (rest[0] == 'e' || rest[0] == 'E') {
		k := 1
		if rest[k] == '+' || rest[k] == '-' {
			k++
		}
		if d := digits(rest[k:]); d > 0 {
			n += k + d
		}
	}
	return n
}

// digits returns how many decimal digits s starts with.
func digits(s string) int {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n
}

// nameLength returns the length of the name that s starts with: a letter, then
// letters, digits and underscores.
func nameLength(s string) int {
	n := 0
	for n < len(s) {
		r, k := utf8.DecodeRuneInString(s[n:])
		if !unicode.IsLetter(r) && (n == 0 || r != '_' && !unicode.IsDigit(r)) {
			break
		}
		n += k
	}
	return n
}

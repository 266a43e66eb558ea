package rows

// Bank numbers a block of rows. Whoever writes a program gives the banks their
// meanings, from 1 on.
type Bank uint8

// None is the bank of an operand that is missing. It has no rows.
const None Bank = 0

// Ref names a row of a bank. The zero Ref is a missing operand.
type Ref struct {
	Bank Bank
	Row  int32
}

// At names row i of a bank.
func At(b Bank, i int) Ref { return Ref{Bank: b, Row: int32(i)} }

// Missing reports whether r names no row.
func (r Ref) Missing() bool { return r.Bank == None }

// Block is a bank at work: row i begins at Rows[i·Stride].
type Block struct {
	Rows   []float64
	Stride int
}

// maxBanks bounds the number of a bank. It is a power of two, so that the remainder
// in Banks.Row costs less than a check.
const maxBanks = 16

// Banks holds a block for each bank, which are numbered below 16; that of None is
// not read.
type Banks [maxBanks]Block

// Set lays a bank on a block.
func (b *Banks) Set(bank Bank, rows []float64, stride int) {
	b[bank] = Block{Rows: rows, Stride: stride}
}

// Row returns the first n numbers of a row.
func (b *Banks) Row(r Ref, n int) []float64 {
	k := &b[r.Bank%maxBanks]
	o := int(r.Row) * k.Stride
	return k.Rows[o : o+n : o+n]
}

// Writes the log beside it: the tree, tiles and notes of Go's checksum database (golang.org/x/mod/sumdb, 0.7.0), whose
// tiles of height 8 are those of C2SP tlog-tiles, under other paths. It does not know entry bundles: those are written here.
//
//	go run makeGoLog.go <folder>
package main

import (
	"encoding/binary"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const name, size, before = "go.example/log", 515, 300

type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		found[i] = h[index]
	}
	return found, nil
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func write(path string, data []byte) {
	path = filepath.Join(os.Args[1], path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		panic(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		panic(err)
	}
}

func main() {
	// The key is nobody's.
	skey, vkey, err := note.GenerateKey(rand.New(rand.NewSource(1)), name)
	signer := must(note.NewSigner(must(skey, err)))
	var stored hashes
	var bundles [][]byte
	for i := int64(0); i < size; i++ {
		entry := []byte(fmt.Sprintf("entry %d", i*i))
		stored = append(stored, must(tlog.StoredHashes(i, entry, stored))...)
		if i%256 == 0 {
			bundles = append(bundles, nil)
		}
		last := &bundles[len(bundles)-1]
		*last = append(binary.BigEndian.AppendUint16(*last, uint16(len(entry))), entry...)
		if i+1 == before {
			write("checkpoint.before", checkpoint(signer, stored, before))
		}
	}
	for _, tile := range tlog.NewTiles(8, 0, size) {
		if tile.W < 256 && int64(tile.W) != size>>(8*tile.L)%256 {
			continue // One of a smaller size.
		}
		write(strings.Replace(tile.Path(), "tile/8/", "tile/", 1), must(tlog.ReadTileData(tile, stored)))
	}
	for n, bundle := range bundles {
		path := fmt.Sprintf("tile/entries/%03d", n)
		if rest := size - n*256; rest < 256 {
			path += fmt.Sprintf(".p/%d", rest)
		}
		write(path, bundle)
	}
	write("checkpoint", checkpoint(signer, stored, size))
	write("vkey", []byte(vkey+"\n"))
}

func checkpoint(signer note.Signer, stored hashes, n int64) []byte {
	root := must(tlog.TreeHash(n, stored))
	text := fmt.Sprintf("%s\n%d\n%s\n", name, n, root)
	return must(note.Sign(&note.Note{Text: text}, signer))
}

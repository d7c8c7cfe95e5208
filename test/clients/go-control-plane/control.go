package main

import (
	"context"
	"encoding/json"
	"net/http"
	"runtime"
	"time"

	"github.com/envoyproxy/go-control-plane/pkg/cache/v3"
)

// controlPort is the interface that test/conformance/README.md describes.
func controlPort(caches []cache.SnapshotCache) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /snapshots/{node}", func(w http.ResponseWriter, r *http.Request) {
		var given struct {
			Resources []json.RawMessage `json:"resources"`
			// By resource name.
			TTLMs map[string]int64 `json:"ttlMs"`
		}
		if err := json.NewDecoder(r.Body).Decode(&given); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		ttls := make(map[string]time.Duration, len(given.TTLMs))
		for name, ms := range given.TTLMs {
			ttls[name] = time.Duration(ms) * time.Millisecond
		}
		for _, each := range caches {
			// A snapshot of its own for each cache, because a cache writes into it.
			snapshot, err := snapshotOf(given.Resources, ttls)
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			if err := each.SetSnapshot(context.Background(), r.PathValue("node"), snapshot); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
		}
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("DELETE /snapshots/{node}", func(w http.ResponseWriter, r *http.Request) {
		for _, each := range caches {
			each.ClearSnapshot(r.PathValue("node"))
		}
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /memory", func(w http.ResponseWriter, _ *http.Request) {
		var stats runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&stats)
		w.Header().Set("content-type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]uint64{"heapBytes": stats.HeapAlloc})
	})
	return mux
}

package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sort"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/envoyproxy/go-control-plane/pkg/cache/types"
	"github.com/envoyproxy/go-control-plane/pkg/cache/v3"
)

// snapshotOf reads resources in ProtoJSON. The version of a type is a hash over its resources.
func snapshotOf(resources []json.RawMessage, ttls map[string]time.Duration) (*cache.Snapshot, error) {
	byType := map[string][]types.ResourceWithTTL{}
	content := map[string][]string{}
	for _, text := range resources {
		var wrapped anypb.Any
		if err := protojson.Unmarshal(text, &wrapped); err != nil {
			return nil, err
		}
		resource, err := wrapped.UnmarshalNew()
		if err != nil {
			return nil, err
		}
		bytes, err := proto.MarshalOptions{Deterministic: true}.Marshal(resource)
		if err != nil {
			return nil, err
		}
		item := types.ResourceWithTTL{Resource: resource}
		if ttl, ok := ttls[cache.GetResourceName(resource)]; ok {
			item.TTL = &ttl
		}
		// The library answers open watches when the version of the type differs, so a changed TTL needs another one.
		bytes = fmt.Appendf(bytes, " ttl %d", ttls[cache.GetResourceName(resource)])
		byType[wrapped.TypeUrl] = append(byType[wrapped.TypeUrl], item)
		content[wrapped.TypeUrl] = append(content[wrapped.TypeUrl], string(bytes))
	}
	snapshot := &cache.Snapshot{}
	for index := range snapshot.Resources {
		typeURL, err := cache.GetResponseTypeURL(types.ResponseType(index))
		if err != nil {
			return nil, err
		}
		snapshot.Resources[index] = cache.NewResourcesWithTTL(versionOf(content[typeURL]), byType[typeURL])
	}
	return snapshot, nil
}

func versionOf(contents []string) string {
	sort.Strings(contents)
	hash := sha256.New()
	for _, content := range contents {
		part := sha256.Sum256([]byte(content))
		hash.Write(part[:])
	}
	return hex.EncodeToString(hash.Sum(nil))[:16]
}

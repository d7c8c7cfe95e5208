// A go-control-plane server whose snapshots are set over HTTP, so that the conformance table can be run against it.
//
// It prints one line of JSON when it listens: {"xds": "host:port", "control": "http://host:port"}. Everything is as the
// library's documentation advises: the aggregated services hold responses until all names are requested (ads = true)
// and keep the order between types; services of one type do not hold. Versions are content hashes.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"time"

	"google.golang.org/grpc"

	cluster "github.com/envoyproxy/go-control-plane/envoy/service/cluster/v3"
	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	endpoint "github.com/envoyproxy/go-control-plane/envoy/service/endpoint/v3"
	extension "github.com/envoyproxy/go-control-plane/envoy/service/extension/v3"
	listener "github.com/envoyproxy/go-control-plane/envoy/service/listener/v3"
	route "github.com/envoyproxy/go-control-plane/envoy/service/route/v3"
	runtimeservice "github.com/envoyproxy/go-control-plane/envoy/service/runtime/v3"
	secret "github.com/envoyproxy/go-control-plane/envoy/service/secret/v3"
	"github.com/envoyproxy/go-control-plane/pkg/cache/v3"
	"github.com/envoyproxy/go-control-plane/pkg/server/sotw/v3"
	"github.com/envoyproxy/go-control-plane/pkg/server/v3"
)

func main() {
	xds := flag.String("xds", "127.0.0.1:0", "address of the xDS server")
	control := flag.String("control", "127.0.0.1:0", "address at which snapshots are set")
	heartbeat := flag.Duration("heartbeat", time.Second, "interval of TTL heartbeats")
	hold := flag.Bool("ads", true, "hold aggregated responses until all names are requested")
	flag.Parse()

	ctx := context.Background()
	aggregated := cache.NewSnapshotCacheWithHeartbeating(ctx, *hold, cache.IDHash{}, nil, *heartbeat)
	perType := cache.NewSnapshotCacheWithHeartbeating(ctx, false, cache.IDHash{}, nil, *heartbeat)

	grpcServer := grpc.NewServer()
	discovery.RegisterAggregatedDiscoveryServiceServer(grpcServer, server.NewServer(ctx, aggregated, nil, sotw.WithOrderedADS()))
	single := server.NewServer(ctx, perType, nil)
	cluster.RegisterClusterDiscoveryServiceServer(grpcServer, single)
	endpoint.RegisterEndpointDiscoveryServiceServer(grpcServer, single)
	extension.RegisterExtensionConfigDiscoveryServiceServer(grpcServer, single)
	listener.RegisterListenerDiscoveryServiceServer(grpcServer, single)
	route.RegisterRouteDiscoveryServiceServer(grpcServer, single)
	runtimeservice.RegisterRuntimeDiscoveryServiceServer(grpcServer, single)
	secret.RegisterSecretDiscoveryServiceServer(grpcServer, single)

	xdsListener := listen(*xds)
	controlListener := listen(*control)
	line, err := json.Marshal(map[string]string{
		"xds":     xdsListener.Addr().String(),
		"control": "http://" + controlListener.Addr().String(),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(line))

	go func() {
		log.Fatal(http.Serve(controlListener, controlPort([]cache.SnapshotCache{aggregated, perType})))
	}()
	log.Fatal(grpcServer.Serve(xdsListener))
}

func listen(address string) net.Listener {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		log.Fatal(err)
	}
	return listener
}

"""A gRPC program that finds its backend by xDS, as GRPC_XDS_BOOTSTRAP says: a line in, a call made, its answer out."""

import sys

import grpc

CALL_SECONDS = 2

channel = grpc.insecure_channel("xds:///backend")
name = channel.unary_unary("/test.Backend/Name")

for _ in sys.stdin:
    try:
        print(name(b"", timeout=CALL_SECONDS).decode(), flush=True)
    except grpc.RpcError as error:
        print(f"failed: {error.code()} {error.details()}".replace("\n", " "), flush=True)

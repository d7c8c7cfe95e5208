// Made by `npx tsx protos/types/generate.ts` from the loaded tree of Envoy 1.40; do not edit.
// biome-ignore-all format: generated, one field a line
// biome-ignore-all lint: generated

/** Any message with the URL of its type, as ProtoJSON writes google.protobuf.Any. */
export interface AnyJson {
  readonly '@type': string;
  readonly [field: string]: unknown;
}

/** By full name: what may be packed into an Any with its shape checked. */
export interface Messages {
  readonly 'envoy.config.bootstrap.v3.Bootstrap': Bootstrap;
  readonly 'envoy.config.cluster.v3.Cluster': Cluster;
  readonly 'envoy.config.core.v3.TypedExtensionConfig': TypedExtensionConfig;
  readonly 'envoy.config.endpoint.v3.ClusterLoadAssignment': ClusterLoadAssignment;
  readonly 'envoy.config.listener.v3.Listener': Listener;
  readonly 'envoy.config.route.v3.RouteConfiguration': RouteConfiguration;
  readonly 'envoy.extensions.access_loggers.file.v3.FileAccessLog': FileAccessLog;
  readonly 'envoy.extensions.access_loggers.stream.v3.StderrAccessLog': StderrAccessLog;
  readonly 'envoy.extensions.access_loggers.stream.v3.StdoutAccessLog': StdoutAccessLog;
  readonly 'envoy.extensions.filters.http.header_mutation.v3.HeaderMutation': HttpHeaderMutationHeaderMutation;
  readonly 'envoy.extensions.filters.http.router.v3.Router': Router;
  readonly 'envoy.extensions.filters.http.stateful_session.v3.StatefulSession': StatefulSession;
  readonly 'envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec': UpstreamCodec;
  readonly 'envoy.extensions.filters.http.wasm.v3.Wasm': Wasm;
  readonly 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager': HttpConnectionManager;
  readonly 'envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation': EarlyHeaderMutationHeaderMutationHeaderMutation;
  readonly 'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext': DownstreamTlsContext;
  readonly 'envoy.extensions.transport_sockets.tls.v3.Secret': Secret;
  readonly 'envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext': UpstreamTlsContext;
  readonly 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': HttpHttpProtocolOptions;
  readonly 'envoy.service.runtime.v3.Runtime': Runtime;
}

/** `envoy.config.accesslog.v3.AccessLog` */
export interface AccessLog {
  readonly name?: string;
  readonly filter?: AccessLogFilter;
  readonly typed_config?: AnyJson;
}

/** `envoy.config.accesslog.v3.AccessLogFilter` */
export interface AccessLogFilter {
  readonly status_code_filter?: StatusCodeFilter;
  readonly duration_filter?: DurationFilter;
  readonly not_health_check_filter?: NotHealthCheckFilter;
  readonly traceable_filter?: TraceableFilter;
  readonly runtime_filter?: RuntimeFilter;
  readonly and_filter?: AndFilter;
  readonly or_filter?: OrFilter;
  readonly header_filter?: HeaderFilter;
  readonly response_flag_filter?: ResponseFlagFilter;
  readonly grpc_status_filter?: GrpcStatusFilter;
  readonly extension_filter?: ExtensionFilter;
  readonly metadata_filter?: MetadataFilter;
  readonly log_type_filter?: LogTypeFilter;
}

/** `envoy.config.accesslog.v3.AndFilter` */
export interface AndFilter {
  readonly filters?: ReadonlyArray<AccessLogFilter>;
}

/** `envoy.config.accesslog.v3.ComparisonFilter` */
export interface ComparisonFilter {
  readonly op?: ComparisonFilter_Op;
  readonly value?: RuntimeUInt32;
}

/** `envoy.config.accesslog.v3.ComparisonFilter.Op` */
export type ComparisonFilter_Op = 'EQ' | 'GE' | 'LE' | 'NE';

/** `envoy.config.accesslog.v3.DurationFilter` */
export interface DurationFilter {
  readonly comparison?: ComparisonFilter;
}

/** `envoy.config.accesslog.v3.ExtensionFilter` */
export interface ExtensionFilter {
  readonly name?: string;
  readonly typed_config?: AnyJson;
}

/** `envoy.config.accesslog.v3.GrpcStatusFilter` */
export interface GrpcStatusFilter {
  readonly statuses?: ReadonlyArray<GrpcStatusFilter_Status>;
  readonly exclude?: boolean;
}

/** `envoy.config.accesslog.v3.GrpcStatusFilter.Status` */
export type GrpcStatusFilter_Status = 'OK' | 'CANCELED' | 'UNKNOWN' | 'INVALID_ARGUMENT' | 'DEADLINE_EXCEEDED' | 'NOT_FOUND' | 'ALREADY_EXISTS' | 'PERMISSION_DENIED' | 'RESOURCE_EXHAUSTED' | 'FAILED_PRECONDITION' | 'ABORTED' | 'OUT_OF_RANGE' | 'UNIMPLEMENTED' | 'INTERNAL' | 'UNAVAILABLE' | 'DATA_LOSS' | 'UNAUTHENTICATED';

/** `envoy.config.accesslog.v3.HeaderFilter` */
export interface HeaderFilter {
  readonly header?: HeaderMatcher;
}

/** `envoy.config.accesslog.v3.LogTypeFilter` */
export interface LogTypeFilter {
  readonly types?: ReadonlyArray<AccessLogType>;
  readonly exclude?: boolean;
}

/** `envoy.config.accesslog.v3.MetadataFilter` */
export interface MetadataFilter {
  readonly matcher?: MetadataMatcher;
  readonly match_if_key_not_found?: boolean;
}

/** `envoy.config.accesslog.v3.NotHealthCheckFilter` */
export interface NotHealthCheckFilter {}

/** `envoy.config.accesslog.v3.OrFilter` */
export interface OrFilter {
  readonly filters?: ReadonlyArray<AccessLogFilter>;
}

/** `envoy.config.accesslog.v3.ResponseFlagFilter` */
export interface ResponseFlagFilter {
  readonly flags?: ReadonlyArray<string>;
}

/** `envoy.config.accesslog.v3.RuntimeFilter` */
export interface RuntimeFilter {
  readonly runtime_key?: string;
  readonly percent_sampled?: FractionalPercent;
  readonly use_independent_randomness?: boolean;
}

/** `envoy.config.accesslog.v3.StatusCodeFilter` */
export interface StatusCodeFilter {
  readonly comparison?: ComparisonFilter;
}

/** `envoy.config.accesslog.v3.TraceableFilter` */
export interface TraceableFilter {}

/** `envoy.config.bootstrap.v3.Admin` */
export interface Admin {
  readonly access_log?: ReadonlyArray<AccessLog>;
  readonly access_log_path?: string;
  readonly profile_path?: string;
  readonly address?: Address;
  readonly socket_options?: ReadonlyArray<SocketOption>;
  readonly ignore_global_conn_limit?: boolean;
  readonly allow_paths?: ReadonlyArray<StringMatcher>;
}

/** `envoy.config.bootstrap.v3.Bootstrap` */
export interface Bootstrap {
  readonly node?: Node;
  readonly node_context_params?: ReadonlyArray<string>;
  readonly static_resources?: Bootstrap_StaticResources;
  readonly dynamic_resources?: Bootstrap_DynamicResources;
  readonly cluster_manager?: ClusterManager;
  readonly hds_config?: ApiConfigSource;
  readonly flags_path?: string;
  readonly stats_sinks?: ReadonlyArray<StatsSink>;
  readonly deferred_stat_options?: Bootstrap_DeferredStatOptions;
  readonly stats_config?: StatsConfig;
  readonly stats_flush_interval?: `${number}s`;
  readonly stats_flush_on_admin?: boolean;
  readonly watchdog?: Watchdog;
  readonly watchdogs?: Watchdogs;
  readonly tracing?: TraceTracing;
  readonly layered_runtime?: LayeredRuntime;
  readonly admin?: Admin;
  readonly overload_manager?: OverloadManager;
  readonly enable_dispatcher_stats?: boolean;
  readonly header_prefix?: string;
  readonly stats_server_version_override?: number | string;
  readonly use_tcp_for_dns_lookups?: boolean;
  readonly dns_resolution_config?: DnsResolutionConfig;
  readonly typed_dns_resolver_config?: TypedExtensionConfig;
  readonly bootstrap_extensions?: ReadonlyArray<TypedExtensionConfig>;
  readonly fatal_actions?: ReadonlyArray<FatalAction>;
  readonly config_sources?: ReadonlyArray<ConfigSource>;
  readonly default_config_source?: ConfigSource;
  readonly default_socket_interface?: string;
  readonly certificate_provider_instances?: Readonly<Record<string, TypedExtensionConfig>>;
  readonly inline_headers?: ReadonlyArray<CustomInlineHeader>;
  readonly perf_tracing_file_path?: string;
  readonly default_regex_engine?: TypedExtensionConfig;
  readonly xds_delegate_extension?: TypedExtensionConfig;
  readonly xds_config_tracker_extension?: TypedExtensionConfig;
  readonly listener_manager?: TypedExtensionConfig;
  readonly application_log_config?: Bootstrap_ApplicationLogConfig;
  readonly grpc_async_client_manager_config?: Bootstrap_GrpcAsyncClientManagerConfig;
  readonly memory_allocator_manager?: MemoryAllocatorManager;
  readonly stats_eviction_interval?: `${number}s`;
  readonly enable_worker_cpu_affinity?: boolean;
}

/** `envoy.config.bootstrap.v3.Bootstrap.ApplicationLogConfig` */
export interface Bootstrap_ApplicationLogConfig {
  readonly log_format?: Bootstrap_ApplicationLogConfig_LogFormat;
}

/** `envoy.config.bootstrap.v3.Bootstrap.ApplicationLogConfig.LogFormat` */
export interface Bootstrap_ApplicationLogConfig_LogFormat {
  readonly json_format?: Record<string, unknown>;
  readonly text_format?: string;
}

/** `envoy.config.bootstrap.v3.Bootstrap.DeferredStatOptions` */
export interface Bootstrap_DeferredStatOptions {
  readonly enable_deferred_creation_stats?: boolean;
}

/** `envoy.config.bootstrap.v3.Bootstrap.DynamicResources` */
export interface Bootstrap_DynamicResources {
  readonly lds_config?: ConfigSource;
  readonly lds_resources_locator?: string;
  readonly cds_config?: ConfigSource;
  readonly cds_resources_locator?: string;
  readonly ads_config?: ApiConfigSource;
}

/** `envoy.config.bootstrap.v3.Bootstrap.GrpcAsyncClientManagerConfig` */
export interface Bootstrap_GrpcAsyncClientManagerConfig {
  readonly max_cached_entry_idle_duration?: `${number}s`;
}

/** `envoy.config.bootstrap.v3.Bootstrap.StaticResources` */
export interface Bootstrap_StaticResources {
  readonly listeners?: ReadonlyArray<Listener>;
  readonly clusters?: ReadonlyArray<Cluster>;
  readonly secrets?: ReadonlyArray<Secret>;
}

/** `envoy.config.bootstrap.v3.ClusterManager` */
export interface ClusterManager {
  readonly local_cluster_name?: string;
  readonly outlier_detection?: ClusterManager_OutlierDetection;
  readonly upstream_bind_config?: BindConfig;
  readonly load_stats_config?: ApiConfigSource;
  readonly enable_deferred_cluster_creation?: boolean;
}

/** `envoy.config.bootstrap.v3.ClusterManager.OutlierDetection` */
export interface ClusterManager_OutlierDetection {
  readonly event_log_path?: string;
  readonly event_service?: EventServiceConfig;
}

/** `envoy.config.bootstrap.v3.CustomInlineHeader` */
export interface CustomInlineHeader {
  readonly inline_header_name?: string;
  readonly inline_header_type?: CustomInlineHeader_InlineHeaderType;
}

/** `envoy.config.bootstrap.v3.CustomInlineHeader.InlineHeaderType` */
export type CustomInlineHeader_InlineHeaderType = 'REQUEST_HEADER' | 'REQUEST_TRAILER' | 'RESPONSE_HEADER' | 'RESPONSE_TRAILER';

/** `envoy.config.bootstrap.v3.FatalAction` */
export interface FatalAction {
  readonly config?: TypedExtensionConfig;
}

/** `envoy.config.bootstrap.v3.LayeredRuntime` */
export interface LayeredRuntime {
  readonly layers?: ReadonlyArray<RuntimeLayer>;
}

/** `envoy.config.bootstrap.v3.MemoryAllocatorManager` */
export interface MemoryAllocatorManager {
  readonly bytes_to_release?: number | string;
  readonly memory_release_interval?: `${number}s`;
  readonly soft_memory_limit_bytes?: number | string;
  readonly max_per_cpu_cache_size_bytes?: number;
  readonly max_unfreed_memory_bytes?: number | string;
}

/** `envoy.config.bootstrap.v3.RuntimeLayer` */
export interface RuntimeLayer {
  readonly name?: string;
  readonly static_layer?: Record<string, unknown>;
  readonly disk_layer?: RuntimeLayer_DiskLayer;
  readonly admin_layer?: RuntimeLayer_AdminLayer;
  readonly rtds_layer?: RuntimeLayer_RtdsLayer;
}

/** `envoy.config.bootstrap.v3.RuntimeLayer.AdminLayer` */
export interface RuntimeLayer_AdminLayer {}

/** `envoy.config.bootstrap.v3.RuntimeLayer.DiskLayer` */
export interface RuntimeLayer_DiskLayer {
  readonly symlink_root?: string;
  readonly subdirectory?: string;
  readonly append_service_cluster?: boolean;
}

/** `envoy.config.bootstrap.v3.RuntimeLayer.RtdsLayer` */
export interface RuntimeLayer_RtdsLayer {
  readonly name?: string;
  readonly rtds_config?: ConfigSource;
}

/** `envoy.config.bootstrap.v3.Watchdog` */
export interface Watchdog {
  readonly actions?: ReadonlyArray<Watchdog_WatchdogAction>;
  readonly miss_timeout?: `${number}s`;
  readonly megamiss_timeout?: `${number}s`;
  readonly kill_timeout?: `${number}s`;
  readonly max_kill_timeout_jitter?: `${number}s`;
  readonly multikill_timeout?: `${number}s`;
  readonly multikill_threshold?: Percent;
}

/** `envoy.config.bootstrap.v3.Watchdog.WatchdogAction` */
export interface Watchdog_WatchdogAction {
  readonly config?: TypedExtensionConfig;
  readonly event?: Watchdog_WatchdogAction_WatchdogEvent;
}

/** `envoy.config.bootstrap.v3.Watchdog.WatchdogAction.WatchdogEvent` */
export type Watchdog_WatchdogAction_WatchdogEvent = 'UNKNOWN' | 'KILL' | 'MULTIKILL' | 'MEGAMISS' | 'MISS';

/** `envoy.config.bootstrap.v3.Watchdogs` */
export interface Watchdogs {
  readonly main_thread_watchdog?: Watchdog;
  readonly worker_watchdog?: Watchdog;
}

/** `envoy.config.cluster.v3.CircuitBreakers` */
export interface CircuitBreakers {
  readonly thresholds?: ReadonlyArray<CircuitBreakers_Thresholds>;
  readonly per_host_thresholds?: ReadonlyArray<CircuitBreakers_Thresholds>;
}

/** `envoy.config.cluster.v3.CircuitBreakers.Thresholds` */
export interface CircuitBreakers_Thresholds {
  readonly priority?: RoutingPriority;
  readonly max_connections?: number;
  readonly max_pending_requests?: number;
  readonly max_requests?: number;
  readonly max_retries?: number;
  readonly retry_budget?: CircuitBreakers_Thresholds_RetryBudget;
  readonly track_remaining?: boolean;
  readonly max_connection_pools?: number;
}

/** `envoy.config.cluster.v3.CircuitBreakers.Thresholds.RetryBudget` */
export interface CircuitBreakers_Thresholds_RetryBudget {
  readonly budget_percent?: Percent;
  readonly min_retry_concurrency?: number;
  readonly budget_interval?: `${number}s`;
}

/** `envoy.config.cluster.v3.Cluster` */
export interface Cluster {
  readonly transport_socket_matches?: ReadonlyArray<Cluster_TransportSocketMatch>;
  readonly name?: string;
  readonly alt_stat_name?: string;
  readonly type?: Cluster_DiscoveryType;
  readonly cluster_type?: Cluster_CustomClusterType;
  readonly eds_cluster_config?: Cluster_EdsClusterConfig;
  readonly connect_timeout?: `${number}s`;
  readonly per_connection_buffer_limit_bytes?: number;
  readonly lb_policy?: Cluster_LbPolicy;
  readonly load_assignment?: ClusterLoadAssignment;
  readonly health_checks?: ReadonlyArray<HealthCheck>;
  readonly max_requests_per_connection?: number;
  readonly circuit_breakers?: CircuitBreakers;
  readonly upstream_http_protocol_options?: UpstreamHttpProtocolOptions;
  readonly common_http_protocol_options?: CoreHttpProtocolOptions;
  readonly http_protocol_options?: Http1ProtocolOptions;
  readonly http2_protocol_options?: Http2ProtocolOptions;
  readonly typed_extension_protocol_options?: Readonly<Record<string, AnyJson>>;
  readonly dns_refresh_rate?: `${number}s`;
  readonly dns_failure_refresh_rate?: Cluster_RefreshRate;
  readonly respect_dns_ttl?: boolean;
  readonly dns_lookup_family?: Cluster_DnsLookupFamily;
  readonly dns_resolvers?: ReadonlyArray<Address>;
  readonly use_tcp_for_dns_lookups?: boolean;
  readonly dns_resolution_config?: DnsResolutionConfig;
  readonly typed_dns_resolver_config?: TypedExtensionConfig;
  readonly wait_for_warm_on_init?: boolean;
  readonly outlier_detection?: OutlierDetection;
  readonly cleanup_interval?: `${number}s`;
  readonly upstream_bind_config?: BindConfig;
  readonly lb_subset_config?: Cluster_LbSubsetConfig;
  readonly ring_hash_lb_config?: Cluster_RingHashLbConfig;
  readonly maglev_lb_config?: Cluster_MaglevLbConfig;
  readonly original_dst_lb_config?: Cluster_OriginalDstLbConfig;
  readonly least_request_lb_config?: Cluster_LeastRequestLbConfig;
  readonly round_robin_lb_config?: Cluster_RoundRobinLbConfig;
  readonly common_lb_config?: Cluster_CommonLbConfig;
  readonly transport_socket?: TransportSocket;
  readonly metadata?: Metadata;
  readonly protocol_selection?: Cluster_ClusterProtocolSelection;
  readonly upstream_connection_options?: UpstreamConnectionOptions;
  readonly close_connections_on_host_health_failure?: boolean;
  readonly ignore_health_on_host_removal?: boolean;
  readonly filters?: ReadonlyArray<ClusterFilter>;
  readonly load_balancing_policy?: LoadBalancingPolicy;
  readonly lrs_server?: ConfigSource;
  readonly lrs_report_endpoint_metrics?: ReadonlyArray<string>;
  readonly track_timeout_budgets?: boolean;
  readonly upstream_config?: TypedExtensionConfig;
  readonly track_cluster_stats?: TrackClusterStats;
  readonly preconnect_policy?: Cluster_PreconnectPolicy;
  readonly connection_pool_per_downstream_connection?: boolean;
  readonly transport_socket_matcher?: XdsMatcher;
  readonly stats_matcher?: StatsMatcher;
  readonly per_connection_buffer_high_watermark_timeout?: `${number}s`;
  readonly dns_jitter?: `${number}s`;
  readonly queuing_policies?: Cluster_QueuingPolicies;
}

/** `envoy.config.cluster.v3.Cluster.ClusterProtocolSelection` */
export type Cluster_ClusterProtocolSelection = 'USE_CONFIGURED_PROTOCOL' | 'USE_DOWNSTREAM_PROTOCOL';

/** `envoy.config.cluster.v3.Cluster.CommonLbConfig` */
export interface Cluster_CommonLbConfig {
  readonly healthy_panic_threshold?: Percent;
  readonly zone_aware_lb_config?: Cluster_CommonLbConfig_ZoneAwareLbConfig;
  readonly locality_weighted_lb_config?: Cluster_CommonLbConfig_LocalityWeightedLbConfig;
  readonly update_merge_window?: `${number}s`;
  readonly ignore_new_hosts_until_first_hc?: boolean;
  readonly close_connections_on_host_set_change?: boolean;
  readonly consistent_hashing_lb_config?: Cluster_CommonLbConfig_ConsistentHashingLbConfig;
  readonly override_host_status?: HealthStatusSet;
}

/** `envoy.config.cluster.v3.Cluster.CommonLbConfig.ConsistentHashingLbConfig` */
export interface Cluster_CommonLbConfig_ConsistentHashingLbConfig {
  readonly use_hostname_for_hashing?: boolean;
  readonly hash_balance_factor?: number;
}

/** `envoy.config.cluster.v3.Cluster.CommonLbConfig.LocalityWeightedLbConfig` */
export interface Cluster_CommonLbConfig_LocalityWeightedLbConfig {}

/** `envoy.config.cluster.v3.Cluster.CommonLbConfig.ZoneAwareLbConfig` */
export interface Cluster_CommonLbConfig_ZoneAwareLbConfig {
  readonly routing_enabled?: Percent;
  readonly min_cluster_size?: number | string;
  readonly fail_traffic_on_panic?: boolean;
}

/** `envoy.config.cluster.v3.Cluster.CustomClusterType` */
export interface Cluster_CustomClusterType {
  readonly name?: string;
  readonly typed_config?: AnyJson;
}

/** `envoy.config.cluster.v3.Cluster.DiscoveryType` */
export type Cluster_DiscoveryType = 'STATIC' | 'STRICT_DNS' | 'LOGICAL_DNS' | 'EDS' | 'ORIGINAL_DST';

/** `envoy.config.cluster.v3.Cluster.DnsLookupFamily` */
export type Cluster_DnsLookupFamily = 'AUTO' | 'V4_ONLY' | 'V6_ONLY' | 'V4_PREFERRED' | 'ALL';

/** `envoy.config.cluster.v3.Cluster.EdsClusterConfig` */
export interface Cluster_EdsClusterConfig {
  readonly eds_config?: ConfigSource;
  readonly service_name?: string;
}

/** `envoy.config.cluster.v3.Cluster.LbPolicy` */
export type Cluster_LbPolicy = 'ROUND_ROBIN' | 'LEAST_REQUEST' | 'RING_HASH' | 'RANDOM' | 'MAGLEV' | 'CLUSTER_PROVIDED' | 'LOAD_BALANCING_POLICY_CONFIG';

/** `envoy.config.cluster.v3.Cluster.LbSubsetConfig` */
export interface Cluster_LbSubsetConfig {
  readonly fallback_policy?: Cluster_LbSubsetConfig_LbSubsetFallbackPolicy;
  readonly default_subset?: Record<string, unknown>;
  readonly subset_selectors?: ReadonlyArray<Cluster_LbSubsetConfig_LbSubsetSelector>;
  readonly locality_weight_aware?: boolean;
  readonly scale_locality_weight?: boolean;
  readonly panic_mode_any?: boolean;
  readonly list_as_any?: boolean;
  readonly metadata_fallback_policy?: Cluster_LbSubsetConfig_LbSubsetMetadataFallbackPolicy;
}

/** `envoy.config.cluster.v3.Cluster.LbSubsetConfig.LbSubsetFallbackPolicy` */
export type Cluster_LbSubsetConfig_LbSubsetFallbackPolicy = 'NO_FALLBACK' | 'ANY_ENDPOINT' | 'DEFAULT_SUBSET';

/** `envoy.config.cluster.v3.Cluster.LbSubsetConfig.LbSubsetMetadataFallbackPolicy` */
export type Cluster_LbSubsetConfig_LbSubsetMetadataFallbackPolicy = 'METADATA_NO_FALLBACK' | 'FALLBACK_LIST';

/** `envoy.config.cluster.v3.Cluster.LbSubsetConfig.LbSubsetSelector` */
export interface Cluster_LbSubsetConfig_LbSubsetSelector {
  readonly keys?: ReadonlyArray<string>;
  readonly single_host_per_subset?: boolean;
  readonly fallback_policy?: Cluster_LbSubsetConfig_LbSubsetSelector_LbSubsetSelectorFallbackPolicy;
  readonly fallback_keys_subset?: ReadonlyArray<string>;
}

/** `envoy.config.cluster.v3.Cluster.LbSubsetConfig.LbSubsetSelector.LbSubsetSelectorFallbackPolicy` */
export type Cluster_LbSubsetConfig_LbSubsetSelector_LbSubsetSelectorFallbackPolicy = 'NOT_DEFINED' | 'NO_FALLBACK' | 'ANY_ENDPOINT' | 'DEFAULT_SUBSET' | 'KEYS_SUBSET';

/** `envoy.config.cluster.v3.Cluster.LeastRequestLbConfig` */
export interface Cluster_LeastRequestLbConfig {
  readonly choice_count?: number;
  readonly active_request_bias?: RuntimeDouble;
  readonly slow_start_config?: Cluster_SlowStartConfig;
}

/** `envoy.config.cluster.v3.Cluster.MaglevLbConfig` */
export interface Cluster_MaglevLbConfig {
  readonly table_size?: number | string;
}

/** `envoy.config.cluster.v3.Cluster.OriginalDstLbConfig` */
export interface Cluster_OriginalDstLbConfig {
  readonly use_http_header?: boolean;
  readonly http_header_name?: string;
  readonly upstream_port_override?: number;
  readonly metadata_key?: MetadataKey;
}

/** `envoy.config.cluster.v3.Cluster.PreconnectPolicy` */
export interface Cluster_PreconnectPolicy {
  readonly per_upstream_preconnect_ratio?: number;
  readonly predictive_preconnect_ratio?: number;
  readonly preconnect_enabled_metadata?: MetadataMatcher;
}

/** `envoy.config.cluster.v3.Cluster.QueuingPolicies` */
export interface Cluster_QueuingPolicies {
  readonly pending_rq_policy?: TypedExtensionConfig;
}

/** `envoy.config.cluster.v3.Cluster.RefreshRate` */
export interface Cluster_RefreshRate {
  readonly base_interval?: `${number}s`;
  readonly max_interval?: `${number}s`;
}

/** `envoy.config.cluster.v3.Cluster.RingHashLbConfig` */
export interface Cluster_RingHashLbConfig {
  readonly minimum_ring_size?: number | string;
  readonly hash_function?: Cluster_RingHashLbConfig_HashFunction;
  readonly maximum_ring_size?: number | string;
}

/** `envoy.config.cluster.v3.Cluster.RingHashLbConfig.HashFunction` */
export type Cluster_RingHashLbConfig_HashFunction = 'XX_HASH' | 'MURMUR_HASH_2';

/** `envoy.config.cluster.v3.Cluster.RoundRobinLbConfig` */
export interface Cluster_RoundRobinLbConfig {
  readonly slow_start_config?: Cluster_SlowStartConfig;
}

/** `envoy.config.cluster.v3.Cluster.SlowStartConfig` */
export interface Cluster_SlowStartConfig {
  readonly slow_start_window?: `${number}s`;
  readonly aggression?: RuntimeDouble;
  readonly min_weight_percent?: Percent;
}

/** `envoy.config.cluster.v3.Cluster.TransportSocketMatch` */
export interface Cluster_TransportSocketMatch {
  readonly name?: string;
  readonly match?: Record<string, unknown>;
  readonly transport_socket?: TransportSocket;
}

/** `envoy.config.cluster.v3.Filter` */
export interface ClusterFilter {
  readonly name?: string;
  readonly typed_config?: AnyJson;
  readonly config_discovery?: ExtensionConfigSource;
}

/** `envoy.config.cluster.v3.LoadBalancingPolicy` */
export interface LoadBalancingPolicy {
  readonly policies?: ReadonlyArray<LoadBalancingPolicy_Policy>;
}

/** `envoy.config.cluster.v3.LoadBalancingPolicy.Policy` */
export interface LoadBalancingPolicy_Policy {
  readonly typed_extension_config?: TypedExtensionConfig;
}

/** `envoy.config.cluster.v3.OutlierDetection` */
export interface OutlierDetection {
  readonly consecutive_5xx?: number;
  readonly interval?: `${number}s`;
  readonly base_ejection_time?: `${number}s`;
  readonly max_ejection_percent?: number;
  readonly enforcing_consecutive_5xx?: number;
  readonly enforcing_success_rate?: number;
  readonly success_rate_minimum_hosts?: number;
  readonly success_rate_request_volume?: number;
  readonly success_rate_stdev_factor?: number;
  readonly consecutive_gateway_failure?: number;
  readonly enforcing_consecutive_gateway_failure?: number;
  readonly split_external_local_origin_errors?: boolean;
  readonly consecutive_local_origin_failure?: number;
  readonly enforcing_consecutive_local_origin_failure?: number;
  readonly enforcing_local_origin_success_rate?: number;
  readonly failure_percentage_threshold?: number;
  readonly enforcing_failure_percentage?: number;
  readonly enforcing_failure_percentage_local_origin?: number;
  readonly failure_percentage_minimum_hosts?: number;
  readonly failure_percentage_request_volume?: number;
  readonly max_ejection_time?: `${number}s`;
  readonly max_ejection_time_jitter?: `${number}s`;
  readonly successful_active_health_check_uneject_host?: boolean;
  readonly monitors?: ReadonlyArray<TypedExtensionConfig>;
  readonly always_eject_one_host?: boolean;
  readonly detect_degraded_hosts?: boolean;
}

/** `envoy.config.cluster.v3.TrackClusterStats` */
export interface TrackClusterStats {
  readonly timeout_budgets?: boolean;
  readonly request_response_sizes?: boolean;
  readonly per_endpoint_stats?: boolean;
}

/** `envoy.config.cluster.v3.UpstreamConnectionOptions` */
export interface UpstreamConnectionOptions {
  readonly tcp_keepalive?: TcpKeepalive;
  readonly set_local_interface_name_on_upstream_connections?: boolean;
  readonly happy_eyeballs_config?: UpstreamConnectionOptions_HappyEyeballsConfig;
}

/** `envoy.config.cluster.v3.UpstreamConnectionOptions.FirstAddressFamilyVersion` */
export type UpstreamConnectionOptions_FirstAddressFamilyVersion = 'DEFAULT' | 'V4' | 'V6' | 'PIPE' | 'INTERNAL';

/** `envoy.config.cluster.v3.UpstreamConnectionOptions.HappyEyeballsConfig` */
export interface UpstreamConnectionOptions_HappyEyeballsConfig {
  readonly first_address_family_version?: UpstreamConnectionOptions_FirstAddressFamilyVersion;
  readonly first_address_family_count?: number;
}

/** `envoy.config.common.matcher.v3.HttpGenericBodyMatch` */
export interface HttpGenericBodyMatch {
  readonly bytes_limit?: number;
  readonly patterns?: ReadonlyArray<HttpGenericBodyMatch_GenericTextMatch>;
}

/** `envoy.config.common.matcher.v3.HttpGenericBodyMatch.GenericTextMatch` */
export interface HttpGenericBodyMatch_GenericTextMatch {
  readonly string_match?: string;
  readonly binary_match?: string;
}

/** `envoy.config.common.matcher.v3.HttpHeadersMatch` */
export interface HttpHeadersMatch {
  readonly headers?: ReadonlyArray<HeaderMatcher>;
}

/** `envoy.config.common.matcher.v3.MatchPredicate` */
export interface MatchPredicate {
  readonly or_match?: MatchPredicate_MatchSet;
  readonly and_match?: MatchPredicate_MatchSet;
  readonly not_match?: MatchPredicate;
  readonly any_match?: boolean;
  readonly http_request_headers_match?: HttpHeadersMatch;
  readonly http_request_trailers_match?: HttpHeadersMatch;
  readonly http_response_headers_match?: HttpHeadersMatch;
  readonly http_response_trailers_match?: HttpHeadersMatch;
  readonly http_request_generic_body_match?: HttpGenericBodyMatch;
  readonly http_response_generic_body_match?: HttpGenericBodyMatch;
}

/** `envoy.config.common.matcher.v3.MatchPredicate.MatchSet` */
export interface MatchPredicate_MatchSet {
  readonly rules?: ReadonlyArray<MatchPredicate>;
}

/** `envoy.config.common.mutation_rules.v3.HeaderMutation` */
export interface MutationRulesHeaderMutation {
  readonly remove?: string;
  readonly append?: HeaderValueOption;
  readonly remove_on_match?: HeaderMutation_RemoveOnMatch;
}

/** `envoy.config.common.mutation_rules.v3.HeaderMutation.RemoveOnMatch` */
export interface HeaderMutation_RemoveOnMatch {
  readonly key_matcher?: StringMatcher;
}

/** `envoy.config.core.v3.Address` */
export interface Address {
  readonly socket_address?: SocketAddress;
  readonly pipe?: Pipe;
  readonly envoy_internal_address?: EnvoyInternalAddress;
}

/** `envoy.config.core.v3.AggregatedConfigSource` */
export interface AggregatedConfigSource {}

/** `envoy.config.core.v3.AlternateProtocolsCacheOptions` */
export interface AlternateProtocolsCacheOptions {
  readonly name?: string;
  readonly max_entries?: number;
  readonly key_value_store_config?: TypedExtensionConfig;
  readonly prepopulated_entries?: ReadonlyArray<AlternateProtocolsCacheOptions_AlternateProtocolsCacheEntry>;
  readonly canonical_suffixes?: ReadonlyArray<string>;
}

/** `envoy.config.core.v3.AlternateProtocolsCacheOptions.AlternateProtocolsCacheEntry` */
export interface AlternateProtocolsCacheOptions_AlternateProtocolsCacheEntry {
  readonly hostname?: string;
  readonly port?: number;
}

/** `envoy.config.core.v3.ApiConfigSource` */
export interface ApiConfigSource {
  readonly api_type?: ApiConfigSource_ApiType;
  readonly transport_api_version?: ApiVersion;
  readonly cluster_names?: ReadonlyArray<string>;
  readonly grpc_services?: ReadonlyArray<GrpcService>;
  readonly refresh_delay?: `${number}s`;
  readonly request_timeout?: `${number}s`;
  readonly rate_limit_settings?: RateLimitSettings;
  readonly set_node_on_first_message_only?: boolean;
  readonly config_validators?: ReadonlyArray<TypedExtensionConfig>;
}

/** `envoy.config.core.v3.ApiConfigSource.ApiType` */
export type ApiConfigSource_ApiType = 'DEPRECATED_AND_UNAVAILABLE_DO_NOT_USE' | 'REST' | 'GRPC' | 'DELTA_GRPC' | 'AGGREGATED_GRPC' | 'AGGREGATED_DELTA_GRPC';

/** `envoy.config.core.v3.ApiVersion` */
export type ApiVersion = 'AUTO' | 'V2' | 'V3';

/** `envoy.config.core.v3.AsyncDataSource` */
export interface AsyncDataSource {
  readonly local?: DataSource;
  readonly remote?: RemoteDataSource;
}

/** `envoy.config.core.v3.BackoffStrategy` */
export interface BackoffStrategy {
  readonly base_interval?: `${number}s`;
  readonly max_interval?: `${number}s`;
}

/** `envoy.config.core.v3.BindConfig` */
export interface BindConfig {
  readonly source_address?: SocketAddress;
  readonly freebind?: boolean;
  readonly socket_options?: ReadonlyArray<SocketOption>;
  readonly extra_source_addresses?: ReadonlyArray<ExtraSourceAddress>;
  readonly additional_source_addresses?: ReadonlyArray<SocketAddress>;
  readonly local_address_selector?: TypedExtensionConfig;
  readonly validate_network_namespaces?: boolean;
}

/** `envoy.config.core.v3.BuildVersion` */
export interface BuildVersion {
  readonly version?: SemanticVersion;
  readonly metadata?: Record<string, unknown>;
}

/** `envoy.config.core.v3.CidrRange` */
export interface CidrRange {
  readonly address_prefix?: string;
  readonly prefix_len?: number;
}

/** `envoy.config.core.v3.ConfigSource` */
export interface ConfigSource {
  readonly authorities?: ReadonlyArray<XdsAuthority>;
  readonly path?: string;
  readonly path_config_source?: PathConfigSource;
  readonly api_config_source?: ApiConfigSource;
  readonly ads?: AggregatedConfigSource;
  readonly self?: SelfConfigSource;
  readonly initial_fetch_timeout?: `${number}s`;
  readonly resource_api_version?: ApiVersion;
}

/** `envoy.config.core.v3.DataSource` */
export interface DataSource {
  readonly filename?: string;
  readonly inline_bytes?: string;
  readonly inline_string?: string;
  readonly environment_variable?: string;
  readonly watched_directory?: WatchedDirectory;
}

/** `envoy.config.core.v3.DnsResolutionConfig` */
export interface DnsResolutionConfig {
  readonly resolvers?: ReadonlyArray<Address>;
  readonly dns_resolver_options?: DnsResolverOptions;
}

/** `envoy.config.core.v3.DnsResolverOptions` */
export interface DnsResolverOptions {
  readonly use_tcp_for_dns_lookups?: boolean;
  readonly no_default_search_domain?: boolean;
}

/** `envoy.config.core.v3.EnvoyInternalAddress` */
export interface EnvoyInternalAddress {
  readonly server_listener_name?: string;
  readonly endpoint_id?: string;
}

/** `envoy.config.core.v3.EventServiceConfig` */
export interface EventServiceConfig {
  readonly grpc_service?: GrpcService;
}

/** `envoy.config.core.v3.Extension` */
export interface Extension {
  readonly name?: string;
  readonly category?: string;
  readonly type_descriptor?: string;
  readonly version?: BuildVersion;
  readonly disabled?: boolean;
  readonly type_urls?: ReadonlyArray<string>;
}

/** `envoy.config.core.v3.ExtensionConfigSource` */
export interface ExtensionConfigSource {
  readonly config_source?: ConfigSource;
  readonly default_config?: AnyJson;
  readonly apply_default_config_without_warming?: boolean;
  readonly type_urls?: ReadonlyArray<string>;
}

/** `envoy.config.core.v3.ExtraSourceAddress` */
export interface ExtraSourceAddress {
  readonly address?: SocketAddress;
  readonly socket_options?: SocketOptionsOverride;
}

/** `envoy.config.core.v3.GrpcService` */
export interface GrpcService {
  readonly envoy_grpc?: GrpcService_EnvoyGrpc;
  readonly google_grpc?: GrpcService_GoogleGrpc;
  readonly timeout?: `${number}s`;
  readonly initial_metadata?: ReadonlyArray<HeaderValue>;
  readonly retry_policy?: CoreRetryPolicy;
}

/** `envoy.config.core.v3.GrpcService.EnvoyGrpc` */
export interface GrpcService_EnvoyGrpc {
  readonly cluster_name?: string;
  readonly authority?: string;
  readonly retry_policy?: CoreRetryPolicy;
  readonly max_receive_message_length?: number;
  readonly skip_envoy_headers?: boolean;
}

/** `envoy.config.core.v3.GrpcService.GoogleGrpc` */
export interface GrpcService_GoogleGrpc {
  readonly target_uri?: string;
  readonly channel_credentials?: GrpcService_GoogleGrpc_ChannelCredentials;
  readonly call_credentials?: ReadonlyArray<GrpcService_GoogleGrpc_CallCredentials>;
  readonly stat_prefix?: string;
  readonly credentials_factory_name?: string;
  readonly config?: Record<string, unknown>;
  readonly per_stream_buffer_limit_bytes?: number;
  readonly channel_args?: GrpcService_GoogleGrpc_ChannelArgs;
  readonly channel_credentials_plugin?: ReadonlyArray<AnyJson>;
  readonly call_credentials_plugin?: ReadonlyArray<AnyJson>;
}

/** `envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials` */
export interface GrpcService_GoogleGrpc_CallCredentials {
  readonly access_token?: string;
  readonly google_compute_engine?: Record<string, never>;
  readonly google_refresh_token?: string;
  readonly service_account_jwt_access?: GrpcService_GoogleGrpc_CallCredentials_ServiceAccountJWTAccessCredentials;
  readonly google_iam?: GrpcService_GoogleGrpc_CallCredentials_GoogleIAMCredentials;
  readonly from_plugin?: GrpcService_GoogleGrpc_CallCredentials_MetadataCredentialsFromPlugin;
  readonly sts_service?: GrpcService_GoogleGrpc_CallCredentials_StsService;
}

/** `envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.GoogleIAMCredentials` */
export interface GrpcService_GoogleGrpc_CallCredentials_GoogleIAMCredentials {
  readonly authorization_token?: string;
  readonly authority_selector?: string;
}

/** `envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.MetadataCredentialsFromPlugin` */
export interface GrpcService_GoogleGrpc_CallCredentials_MetadataCredentialsFromPlugin {
  readonly name?: string;
  readonly typed_config?: AnyJson;
}

/** `envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.ServiceAccountJWTAccessCredentials` */
export interface GrpcService_GoogleGrpc_CallCredentials_ServiceAccountJWTAccessCredentials {
  readonly json_key?: string;
  readonly token_lifetime_seconds?: number | string;
}

/** `envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.StsService` */
export interface GrpcService_GoogleGrpc_CallCredentials_StsService {
  readonly token_exchange_service_uri?: string;
  readonly resource?: string;
  readonly audience?: string;
  readonly scope?: string;
  readonly requested_token_type?: string;
  readonly subject_token_path?: string;
  readonly subject_token_type?: string;
  readonly actor_token_path?: string;
  readonly actor_token_type?: string;
}

/** `envoy.config.core.v3.GrpcService.GoogleGrpc.ChannelArgs` */
export interface GrpcService_GoogleGrpc_ChannelArgs {
  readonly args?: Readonly<Record<string, GrpcService_GoogleGrpc_ChannelArgs_Value>>;
}

/** `envoy.config.core.v3.GrpcService.GoogleGrpc.ChannelArgs.Value` */
export interface GrpcService_GoogleGrpc_ChannelArgs_Value {
  readonly string_value?: string;
  readonly int_value?: number | string;
}

/** `envoy.config.core.v3.GrpcService.GoogleGrpc.ChannelCredentials` */
export interface GrpcService_GoogleGrpc_ChannelCredentials {
  readonly ssl_credentials?: GrpcService_GoogleGrpc_SslCredentials;
  readonly google_default?: Record<string, never>;
  readonly local_credentials?: GrpcService_GoogleGrpc_GoogleLocalCredentials;
}

/** `envoy.config.core.v3.GrpcService.GoogleGrpc.GoogleLocalCredentials` */
export interface GrpcService_GoogleGrpc_GoogleLocalCredentials {}

/** `envoy.config.core.v3.GrpcService.GoogleGrpc.SslCredentials` */
export interface GrpcService_GoogleGrpc_SslCredentials {
  readonly root_certs?: DataSource;
  readonly private_key?: DataSource;
  readonly cert_chain?: DataSource;
}

/** `envoy.config.core.v3.HeaderValue` */
export interface HeaderValue {
  readonly key?: string;
  readonly value?: string;
  readonly raw_value?: string;
}

/** `envoy.config.core.v3.HeaderValueOption` */
export interface HeaderValueOption {
  readonly header?: HeaderValue;
  readonly append?: boolean;
  readonly append_action?: HeaderValueOption_HeaderAppendAction;
  readonly keep_empty_value?: boolean;
}

/** `envoy.config.core.v3.HeaderValueOption.HeaderAppendAction` */
export type HeaderValueOption_HeaderAppendAction = 'APPEND_IF_EXISTS_OR_ADD' | 'ADD_IF_ABSENT' | 'OVERWRITE_IF_EXISTS_OR_ADD' | 'OVERWRITE_IF_EXISTS';

/** `envoy.config.core.v3.HealthCheck` */
export interface HealthCheck {
  readonly timeout?: `${number}s`;
  readonly interval?: `${number}s`;
  readonly initial_jitter?: `${number}s`;
  readonly interval_jitter?: `${number}s`;
  readonly interval_jitter_percent?: number;
  readonly unhealthy_threshold?: number;
  readonly healthy_threshold?: number;
  readonly alt_port?: number;
  readonly reuse_connection?: boolean;
  readonly http_health_check?: HealthCheck_HttpHealthCheck;
  readonly tcp_health_check?: HealthCheck_TcpHealthCheck;
  readonly grpc_health_check?: HealthCheck_GrpcHealthCheck;
  readonly custom_health_check?: HealthCheck_CustomHealthCheck;
  readonly no_traffic_interval?: `${number}s`;
  readonly no_traffic_healthy_interval?: `${number}s`;
  readonly unhealthy_interval?: `${number}s`;
  readonly unhealthy_edge_interval?: `${number}s`;
  readonly healthy_edge_interval?: `${number}s`;
  readonly event_log_path?: string;
  readonly event_logger?: ReadonlyArray<TypedExtensionConfig>;
  readonly event_service?: EventServiceConfig;
  readonly always_log_health_check_failures?: boolean;
  readonly always_log_health_check_success?: boolean;
  readonly tls_options?: HealthCheck_TlsOptions;
  readonly transport_socket_match_criteria?: Record<string, unknown>;
  readonly name?: string;
}

/** `envoy.config.core.v3.HealthCheck.CustomHealthCheck` */
export interface HealthCheck_CustomHealthCheck {
  readonly name?: string;
  readonly typed_config?: AnyJson;
}

/** `envoy.config.core.v3.HealthCheck.GrpcHealthCheck` */
export interface HealthCheck_GrpcHealthCheck {
  readonly service_name?: string;
  readonly authority?: string;
  readonly initial_metadata?: ReadonlyArray<HeaderValueOption>;
}

/** `envoy.config.core.v3.HealthCheck.HttpHealthCheck` */
export interface HealthCheck_HttpHealthCheck {
  readonly host?: string;
  readonly path?: string;
  readonly send?: HealthCheck_Payload;
  readonly receive?: ReadonlyArray<HealthCheck_Payload>;
  readonly response_buffer_size?: number | string;
  readonly request_headers_to_add?: ReadonlyArray<HeaderValueOption>;
  readonly request_headers_to_remove?: ReadonlyArray<string>;
  readonly expected_statuses?: ReadonlyArray<Int64Range>;
  readonly retriable_statuses?: ReadonlyArray<Int64Range>;
  readonly codec_client_type?: CodecClientType;
  readonly service_name_matcher?: StringMatcher;
  readonly method?: RequestMethod;
  readonly use_alpn_protocol?: boolean;
}

/** `envoy.config.core.v3.HealthCheck.Payload` */
export interface HealthCheck_Payload {
  readonly text?: string;
  readonly binary?: string;
}

/** `envoy.config.core.v3.HealthCheck.TcpHealthCheck` */
export interface HealthCheck_TcpHealthCheck {
  readonly send?: HealthCheck_Payload;
  readonly receive?: ReadonlyArray<HealthCheck_Payload>;
  readonly proxy_protocol_config?: ProxyProtocolConfig;
}

/** `envoy.config.core.v3.HealthCheck.TlsOptions` */
export interface HealthCheck_TlsOptions {
  readonly alpn_protocols?: ReadonlyArray<string>;
}

/** `envoy.config.core.v3.HealthStatus` */
export type HealthStatus = 'UNKNOWN' | 'HEALTHY' | 'UNHEALTHY' | 'DRAINING' | 'TIMEOUT' | 'DEGRADED';

/** `envoy.config.core.v3.HealthStatusSet` */
export interface HealthStatusSet {
  readonly statuses?: ReadonlyArray<HealthStatus>;
}

/** `envoy.config.core.v3.Http1ProtocolOptions` */
export interface Http1ProtocolOptions {
  readonly allow_absolute_url?: boolean;
  readonly accept_http_10?: boolean;
  readonly default_host_for_http_10?: string;
  readonly header_key_format?: Http1ProtocolOptions_HeaderKeyFormat;
  readonly enable_trailers?: boolean;
  readonly allow_chunked_length?: boolean;
  readonly override_stream_error_on_invalid_http_message?: boolean;
  readonly send_fully_qualified_url?: boolean;
  readonly use_balsa_parser?: boolean;
  readonly allow_custom_methods?: boolean;
  readonly ignore_http_11_upgrade?: ReadonlyArray<StringMatcher>;
}

/** `envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat` */
export interface Http1ProtocolOptions_HeaderKeyFormat {
  readonly proper_case_words?: Http1ProtocolOptions_HeaderKeyFormat_ProperCaseWords;
  readonly stateful_formatter?: TypedExtensionConfig;
}

/** `envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat.ProperCaseWords` */
export interface Http1ProtocolOptions_HeaderKeyFormat_ProperCaseWords {}

/** `envoy.config.core.v3.Http2ProtocolOptions` */
export interface Http2ProtocolOptions {
  readonly hpack_table_size?: number;
  readonly max_concurrent_streams?: number;
  readonly initial_stream_window_size?: number;
  readonly initial_connection_window_size?: number;
  readonly allow_connect?: boolean;
  readonly allow_metadata?: boolean;
  readonly max_outbound_frames?: number;
  readonly max_outbound_control_frames?: number;
  readonly max_consecutive_inbound_frames_with_empty_payload?: number;
  readonly max_inbound_priority_frames_per_stream?: number;
  readonly max_inbound_window_update_frames_per_data_frame_sent?: number;
  readonly stream_error_on_invalid_http_messaging?: boolean;
  readonly override_stream_error_on_invalid_http_message?: boolean;
  readonly custom_settings_parameters?: ReadonlyArray<Http2ProtocolOptions_SettingsParameter>;
  readonly connection_keepalive?: KeepaliveSettings;
  readonly use_oghttp2_codec?: boolean;
  readonly max_metadata_size?: number | string;
  readonly enable_huffman_encoding?: boolean;
  readonly max_header_field_size_kb?: number;
  readonly disallow_obs_text?: boolean;
  readonly stream_reset_burst?: number | string;
  readonly stream_reset_rate?: number | string;
}

/** `envoy.config.core.v3.Http2ProtocolOptions.SettingsParameter` */
export interface Http2ProtocolOptions_SettingsParameter {
  readonly identifier?: number;
  readonly value?: number;
}

/** `envoy.config.core.v3.Http3ProtocolOptions` */
export interface Http3ProtocolOptions {
  readonly quic_protocol_options?: CoreQuicProtocolOptions;
  readonly override_stream_error_on_invalid_http_message?: boolean;
  readonly allow_extended_connect?: boolean;
  readonly allow_metadata?: boolean;
  readonly disable_qpack?: boolean;
  readonly disable_connection_flow_control_for_streams?: boolean;
  readonly disallow_obs_text?: boolean;
}

/** `envoy.config.core.v3.HttpProtocolOptions` */
export interface CoreHttpProtocolOptions {
  readonly idle_timeout?: `${number}s`;
  readonly max_connection_duration?: `${number}s`;
  readonly max_headers_count?: number;
  readonly max_stream_duration?: `${number}s`;
  readonly headers_with_underscores_action?: HttpProtocolOptions_HeadersWithUnderscoresAction;
  readonly max_requests_per_connection?: number;
  readonly max_connection_duration_jitter?: Percent;
  readonly max_response_headers_kb?: number;
}

/** `envoy.config.core.v3.HttpProtocolOptions.HeadersWithUnderscoresAction` */
export type HttpProtocolOptions_HeadersWithUnderscoresAction = 'ALLOW' | 'REJECT_REQUEST' | 'DROP_HEADER';

/** `envoy.config.core.v3.HttpUri` */
export interface HttpUri {
  readonly uri?: string;
  readonly cluster?: string;
  readonly timeout?: `${number}s`;
}

/** `envoy.config.core.v3.JsonFormatOptions` */
export interface JsonFormatOptions {
  readonly sort_properties?: boolean;
}

/** `envoy.config.core.v3.KeepaliveSettings` */
export interface KeepaliveSettings {
  readonly interval?: `${number}s`;
  readonly timeout?: `${number}s`;
  readonly interval_jitter?: Percent;
  readonly connection_idle_interval?: `${number}s`;
}

/** `envoy.config.core.v3.KeyValue` */
export interface KeyValue {
  readonly key?: string;
  readonly value?: string;
}

/** `envoy.config.core.v3.KeyValueAppend` */
export interface KeyValueAppend {
  readonly entry?: KeyValue;
  readonly action?: KeyValueAppend_KeyValueAppendAction;
  readonly record?: KeyValuePair;
}

/** `envoy.config.core.v3.KeyValueAppend.KeyValueAppendAction` */
export type KeyValueAppend_KeyValueAppendAction = 'APPEND_IF_EXISTS_OR_ADD' | 'ADD_IF_ABSENT' | 'OVERWRITE_IF_EXISTS_OR_ADD' | 'OVERWRITE_IF_EXISTS';

/** `envoy.config.core.v3.KeyValueMutation` */
export interface KeyValueMutation {
  readonly append?: KeyValueAppend;
  readonly remove?: string;
}

/** `envoy.config.core.v3.KeyValuePair` */
export interface KeyValuePair {
  readonly key?: string;
  readonly value?: unknown;
}

/** `envoy.config.core.v3.Locality` */
export interface Locality {
  readonly region?: string;
  readonly zone?: string;
  readonly sub_zone?: string;
}

/** `envoy.config.core.v3.Metadata` */
export interface Metadata {
  readonly filter_metadata?: Readonly<Record<string, Record<string, unknown>>>;
  readonly typed_filter_metadata?: Readonly<Record<string, AnyJson>>;
}

/** `envoy.config.core.v3.Node` */
export interface Node {
  readonly id?: string;
  readonly cluster?: string;
  readonly metadata?: Record<string, unknown>;
  readonly dynamic_parameters?: Readonly<Record<string, XdsContextParams>>;
  readonly locality?: Locality;
  readonly user_agent_name?: string;
  readonly user_agent_version?: string;
  readonly user_agent_build_version?: BuildVersion;
  readonly extensions?: ReadonlyArray<Extension>;
  readonly client_features?: ReadonlyArray<string>;
  readonly listening_addresses?: ReadonlyArray<Address>;
}

/** `envoy.config.core.v3.PathConfigSource` */
export interface PathConfigSource {
  readonly path?: string;
  readonly watched_directory?: WatchedDirectory;
  readonly poll_interval?: `${number}s`;
}

/** `envoy.config.core.v3.Pipe` */
export interface Pipe {
  readonly path?: string;
  readonly mode?: number;
}

/** `envoy.config.core.v3.ProxyProtocolConfig` */
export interface ProxyProtocolConfig {
  readonly version?: ProxyProtocolConfig_Version;
  readonly pass_through_tlvs?: ProxyProtocolPassThroughTLVs;
  readonly added_tlvs?: ReadonlyArray<TlvEntry>;
}

/** `envoy.config.core.v3.ProxyProtocolConfig.Version` */
export type ProxyProtocolConfig_Version = 'V1' | 'V2';

/** `envoy.config.core.v3.ProxyProtocolPassThroughTLVs` */
export interface ProxyProtocolPassThroughTLVs {
  readonly match_type?: ProxyProtocolPassThroughTLVs_PassTLVsMatchType;
  readonly tlv_type?: ReadonlyArray<number>;
}

/** `envoy.config.core.v3.ProxyProtocolPassThroughTLVs.PassTLVsMatchType` */
export type ProxyProtocolPassThroughTLVs_PassTLVsMatchType = 'INCLUDE_ALL' | 'INCLUDE';

/** `envoy.config.core.v3.QuicKeepAliveSettings` */
export interface QuicKeepAliveSettings {
  readonly max_interval?: `${number}s`;
  readonly initial_interval?: `${number}s`;
}

/** `envoy.config.core.v3.QuicProtocolOptions` */
export interface CoreQuicProtocolOptions {
  readonly max_concurrent_streams?: number;
  readonly initial_stream_window_size?: number;
  readonly initial_connection_window_size?: number;
  readonly num_timeouts_to_trigger_port_migration?: number;
  readonly connection_keepalive?: QuicKeepAliveSettings;
  readonly connection_options?: string;
  readonly client_connection_options?: string;
  readonly idle_network_timeout?: `${number}s`;
  readonly max_packet_length?: number | string;
  readonly client_packet_writer?: TypedExtensionConfig;
  readonly connection_migration?: QuicProtocolOptions_ConnectionMigrationSettings;
  readonly memory_reduction_timeout?: `${number}s`;
  readonly enable_scone?: boolean;
}

/** `envoy.config.core.v3.QuicProtocolOptions.ConnectionMigrationSettings` */
export interface QuicProtocolOptions_ConnectionMigrationSettings {
  readonly migrate_idle_connections?: QuicProtocolOptions_ConnectionMigrationSettings_MigrateIdleConnectionSettings;
  readonly max_time_on_non_default_network?: `${number}s`;
}

/** `envoy.config.core.v3.QuicProtocolOptions.ConnectionMigrationSettings.MigrateIdleConnectionSettings` */
export interface QuicProtocolOptions_ConnectionMigrationSettings_MigrateIdleConnectionSettings {
  readonly max_idle_time_before_migration?: `${number}s`;
}

/** `envoy.config.core.v3.RateLimitSettings` */
export interface RateLimitSettings {
  readonly max_tokens?: number;
  readonly fill_rate?: number;
}

/** `envoy.config.core.v3.RemoteDataSource` */
export interface RemoteDataSource {
  readonly http_uri?: HttpUri;
  readonly sha256?: string;
  readonly retry_policy?: CoreRetryPolicy;
}

/** `envoy.config.core.v3.RequestMethod` */
export type RequestMethod = 'METHOD_UNSPECIFIED' | 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'CONNECT' | 'OPTIONS' | 'TRACE' | 'PATCH';

/** `envoy.config.core.v3.RetryPolicy` */
export interface CoreRetryPolicy {
  readonly retry_back_off?: BackoffStrategy;
  readonly num_retries?: number;
  readonly retry_on?: string;
  readonly retry_priority?: CoreRetryPolicy_RetryPriority;
  readonly retry_host_predicate?: ReadonlyArray<CoreRetryPolicy_RetryHostPredicate>;
  readonly host_selection_retry_max_attempts?: number | string;
}

/** `envoy.config.core.v3.RetryPolicy.RetryHostPredicate` */
export interface CoreRetryPolicy_RetryHostPredicate {
  readonly name?: string;
  readonly typed_config?: AnyJson;
}

/** `envoy.config.core.v3.RetryPolicy.RetryPriority` */
export interface CoreRetryPolicy_RetryPriority {
  readonly name?: string;
  readonly typed_config?: AnyJson;
}

/** `envoy.config.core.v3.RoutingPriority` */
export type RoutingPriority = 'DEFAULT' | 'HIGH';

/** `envoy.config.core.v3.RuntimeDouble` */
export interface RuntimeDouble {
  readonly default_value?: number;
  readonly runtime_key?: string;
}

/** `envoy.config.core.v3.RuntimeFeatureFlag` */
export interface RuntimeFeatureFlag {
  readonly default_value?: boolean;
  readonly runtime_key?: string;
}

/** `envoy.config.core.v3.RuntimeFractionalPercent` */
export interface RuntimeFractionalPercent {
  readonly default_value?: FractionalPercent;
  readonly runtime_key?: string;
}

/** `envoy.config.core.v3.RuntimeUInt32` */
export interface RuntimeUInt32 {
  readonly default_value?: number;
  readonly runtime_key?: string;
}

/** `envoy.config.core.v3.SchemeHeaderTransformation` */
export interface SchemeHeaderTransformation {
  readonly scheme_to_overwrite?: string;
  readonly match_upstream?: boolean;
}

/** `envoy.config.core.v3.SelfConfigSource` */
export interface SelfConfigSource {
  readonly transport_api_version?: ApiVersion;
}

/** `envoy.config.core.v3.SocketAddress` */
export interface SocketAddress {
  readonly protocol?: SocketAddress_Protocol;
  readonly address?: string;
  readonly port_value?: number;
  readonly named_port?: string;
  readonly resolver_name?: string;
  readonly ipv4_compat?: boolean;
  readonly network_namespace_filepath?: string;
}

/** `envoy.config.core.v3.SocketAddress.Protocol` */
export type SocketAddress_Protocol = 'TCP' | 'UDP';

/** `envoy.config.core.v3.SocketCmsgHeaders` */
export interface SocketCmsgHeaders {
  readonly level?: number;
  readonly type?: number;
  readonly expected_size?: number;
}

/** `envoy.config.core.v3.SocketOption` */
export interface SocketOption {
  readonly description?: string;
  readonly level?: number | string;
  readonly name?: number | string;
  readonly int_value?: number | string;
  readonly buf_value?: string;
  readonly state?: SocketOption_SocketState;
  readonly type?: SocketOption_SocketType;
  readonly ip_version?: SocketOption_SocketIpVersion;
}

/** `envoy.config.core.v3.SocketOption.SocketIpVersion` */
export type SocketOption_SocketIpVersion = 'SOCKET_IP_VERSION_UNSPECIFIED' | 'SOCKET_IP_VERSION_IPV4' | 'SOCKET_IP_VERSION_IPV6';

/** `envoy.config.core.v3.SocketOption.SocketState` */
export type SocketOption_SocketState = 'STATE_PREBIND' | 'STATE_BOUND' | 'STATE_LISTENING';

/** `envoy.config.core.v3.SocketOption.SocketType` */
export interface SocketOption_SocketType {
  readonly stream?: SocketOption_SocketType_Stream;
  readonly datagram?: SocketOption_SocketType_Datagram;
}

/** `envoy.config.core.v3.SocketOption.SocketType.Datagram` */
export interface SocketOption_SocketType_Datagram {}

/** `envoy.config.core.v3.SocketOption.SocketType.Stream` */
export interface SocketOption_SocketType_Stream {}

/** `envoy.config.core.v3.SocketOptionsOverride` */
export interface SocketOptionsOverride {
  readonly socket_options?: ReadonlyArray<SocketOption>;
}

/** `envoy.config.core.v3.SubstitutionFormatString` */
export interface SubstitutionFormatString {
  readonly text_format?: string;
  readonly json_format?: Record<string, unknown>;
  readonly text_format_source?: DataSource;
  readonly omit_empty_values?: boolean;
  readonly content_type?: string;
  readonly formatters?: ReadonlyArray<TypedExtensionConfig>;
  readonly json_format_options?: JsonFormatOptions;
}

/** `envoy.config.core.v3.TcpKeepalive` */
export interface TcpKeepalive {
  readonly keepalive_probes?: number;
  readonly keepalive_time?: number;
  readonly keepalive_interval?: number;
}

/** `envoy.config.core.v3.TlvEntry` */
export interface TlvEntry {
  readonly type?: number;
  readonly value?: string;
  readonly format_string?: SubstitutionFormatString;
}

/** `envoy.config.core.v3.TrafficDirection` */
export type TrafficDirection = 'UNSPECIFIED' | 'INBOUND' | 'OUTBOUND';

/** `envoy.config.core.v3.TransportSocket` */
export interface TransportSocket {
  readonly name?: string;
  readonly typed_config?: AnyJson;
}

/** `envoy.config.core.v3.TypedExtensionConfig` */
export interface TypedExtensionConfig {
  readonly name?: string;
  readonly typed_config?: AnyJson;
}

/** `envoy.config.core.v3.UdpSocketConfig` */
export interface UdpSocketConfig {
  readonly max_rx_datagram_size?: number | string;
  readonly prefer_gro?: boolean;
}

/** `envoy.config.core.v3.UpstreamHttpProtocolOptions` */
export interface UpstreamHttpProtocolOptions {
  readonly auto_sni?: boolean;
  readonly auto_san_validation?: boolean;
  readonly override_auto_sni_header?: string;
}

/** `envoy.config.core.v3.WatchedDirectory` */
export interface WatchedDirectory {
  readonly path?: string;
  readonly watch_modify?: boolean;
}

/** `envoy.config.endpoint.v3.ClusterLoadAssignment` */
export interface ClusterLoadAssignment {
  readonly cluster_name?: string;
  readonly endpoints?: ReadonlyArray<LocalityLbEndpoints>;
  readonly named_endpoints?: Readonly<Record<string, Endpoint>>;
  readonly policy?: ClusterLoadAssignment_Policy;
}

/** `envoy.config.endpoint.v3.ClusterLoadAssignment.Policy` */
export interface ClusterLoadAssignment_Policy {
  readonly drop_overloads?: ReadonlyArray<ClusterLoadAssignment_Policy_DropOverload>;
  readonly overprovisioning_factor?: number;
  readonly endpoint_stale_after?: `${number}s`;
  readonly weighted_priority_health?: boolean;
}

/** `envoy.config.endpoint.v3.ClusterLoadAssignment.Policy.DropOverload` */
export interface ClusterLoadAssignment_Policy_DropOverload {
  readonly category?: string;
  readonly drop_percentage?: FractionalPercent;
}

/** `envoy.config.endpoint.v3.Endpoint` */
export interface Endpoint {
  readonly address?: Address;
  readonly health_check_config?: Endpoint_HealthCheckConfig;
  readonly hostname?: string;
  readonly additional_addresses?: ReadonlyArray<Endpoint_AdditionalAddress>;
  readonly observability_name?: string;
}

/** `envoy.config.endpoint.v3.Endpoint.AdditionalAddress` */
export interface Endpoint_AdditionalAddress {
  readonly address?: Address;
}

/** `envoy.config.endpoint.v3.Endpoint.HealthCheckConfig` */
export interface Endpoint_HealthCheckConfig {
  readonly port_value?: number;
  readonly hostname?: string;
  readonly address?: Address;
  readonly disable_active_health_check?: boolean;
}

/** `envoy.config.endpoint.v3.LbEndpoint` */
export interface LbEndpoint {
  readonly endpoint?: Endpoint;
  readonly endpoint_name?: string;
  readonly health_status?: HealthStatus;
  readonly metadata?: Metadata;
  readonly load_balancing_weight?: number;
}

/** `envoy.config.endpoint.v3.LedsClusterLocalityConfig` */
export interface LedsClusterLocalityConfig {
  readonly leds_config?: ConfigSource;
  readonly leds_collection_name?: string;
}

/** `envoy.config.endpoint.v3.LocalityLbEndpoints` */
export interface LocalityLbEndpoints {
  readonly locality?: Locality;
  readonly metadata?: Metadata;
  readonly lb_endpoints?: ReadonlyArray<LbEndpoint>;
  readonly load_balancer_endpoints?: LocalityLbEndpoints_LbEndpointList;
  readonly leds_cluster_locality_config?: LedsClusterLocalityConfig;
  readonly load_balancing_weight?: number;
  readonly priority?: number;
  readonly proximity?: number;
}

/** `envoy.config.endpoint.v3.LocalityLbEndpoints.LbEndpointList` */
export interface LocalityLbEndpoints_LbEndpointList {
  readonly lb_endpoints?: ReadonlyArray<LbEndpoint>;
}

/** `envoy.config.listener.v3.AdditionalAddress` */
export interface AdditionalAddress {
  readonly address?: Address;
  readonly socket_options?: SocketOptionsOverride;
  readonly tcp_keepalive?: TcpKeepalive;
}

/** `envoy.config.listener.v3.ApiListener` */
export interface ApiListener {
  readonly api_listener?: AnyJson;
}

/** `envoy.config.listener.v3.Filter` */
export interface ListenerFilter {
  readonly name?: string;
  readonly typed_config?: AnyJson;
  readonly config_discovery?: ExtensionConfigSource;
}

/** `envoy.config.listener.v3.FilterChain` */
export interface FilterChain {
  readonly filter_chain_match?: FilterChainMatch;
  readonly filters?: ReadonlyArray<ListenerFilter>;
  readonly use_proxy_proto?: boolean;
  readonly metadata?: Metadata;
  readonly transport_socket?: TransportSocket;
  readonly transport_socket_connect_timeout?: `${number}s`;
  readonly name?: string;
  readonly on_demand_configuration?: FilterChain_OnDemandConfiguration;
}

/** `envoy.config.listener.v3.FilterChain.OnDemandConfiguration` */
export interface FilterChain_OnDemandConfiguration {
  readonly rebuild_timeout?: `${number}s`;
}

/** `envoy.config.listener.v3.FilterChainMatch` */
export interface FilterChainMatch {
  readonly destination_port?: number;
  readonly prefix_ranges?: ReadonlyArray<CidrRange>;
  readonly address_suffix?: string;
  readonly suffix_len?: number;
  readonly direct_source_prefix_ranges?: ReadonlyArray<CidrRange>;
  readonly source_type?: FilterChainMatch_ConnectionSourceType;
  readonly source_prefix_ranges?: ReadonlyArray<CidrRange>;
  readonly source_ports?: ReadonlyArray<number>;
  readonly server_names?: ReadonlyArray<string>;
  readonly transport_protocol?: string;
  readonly application_protocols?: ReadonlyArray<string>;
}

/** `envoy.config.listener.v3.FilterChainMatch.ConnectionSourceType` */
export type FilterChainMatch_ConnectionSourceType = 'ANY' | 'SAME_IP_OR_LOOPBACK' | 'EXTERNAL';

/** `envoy.config.listener.v3.Listener` */
export interface Listener {
  readonly name?: string;
  readonly address?: Address;
  readonly additional_addresses?: ReadonlyArray<AdditionalAddress>;
  readonly stat_prefix?: string;
  readonly filter_chains?: ReadonlyArray<FilterChain>;
  readonly filter_chain_matcher?: XdsMatcher;
  readonly use_original_dst?: boolean;
  readonly default_filter_chain?: FilterChain;
  readonly per_connection_buffer_limit_bytes?: number;
  readonly metadata?: Metadata;
  readonly deprecated_v1?: Listener_DeprecatedV1;
  readonly drain_type?: Listener_DrainType;
  readonly listener_filters?: ReadonlyArray<ListenerFilter>;
  readonly listener_filters_timeout?: `${number}s`;
  readonly continue_on_listener_filters_timeout?: boolean;
  readonly transparent?: boolean;
  readonly freebind?: boolean;
  readonly socket_options?: ReadonlyArray<SocketOption>;
  readonly tcp_fast_open_queue_length?: number;
  readonly traffic_direction?: TrafficDirection;
  readonly udp_listener_config?: UdpListenerConfig;
  readonly api_listener?: ApiListener;
  readonly connection_balance_config?: Listener_ConnectionBalanceConfig;
  readonly reuse_port?: boolean;
  readonly enable_reuse_port?: boolean;
  readonly access_log?: ReadonlyArray<AccessLog>;
  readonly tcp_backlog_size?: number;
  readonly max_connections_to_accept_per_socket_event?: number;
  readonly bind_to_port?: boolean;
  readonly internal_listener?: Listener_InternalListenerConfig;
  readonly enable_mptcp?: boolean;
  readonly ignore_global_conn_limit?: boolean;
  readonly bypass_overload_manager?: boolean;
  readonly stats_matcher?: StatsMatcher;
  readonly fcds_config?: Listener_FcdsConfig;
  readonly per_connection_buffer_high_watermark_timeout?: `${number}s`;
  readonly tcp_keepalive?: TcpKeepalive;
}

/** `envoy.config.listener.v3.Listener.ConnectionBalanceConfig` */
export interface Listener_ConnectionBalanceConfig {
  readonly exact_balance?: Listener_ConnectionBalanceConfig_ExactBalance;
  readonly extend_balance?: TypedExtensionConfig;
  readonly cpu_locality_balance?: Listener_ConnectionBalanceConfig_CpuLocalityBalance;
}

/** `envoy.config.listener.v3.Listener.ConnectionBalanceConfig.CpuLocalityBalance` */
export interface Listener_ConnectionBalanceConfig_CpuLocalityBalance {}

/** `envoy.config.listener.v3.Listener.ConnectionBalanceConfig.ExactBalance` */
export interface Listener_ConnectionBalanceConfig_ExactBalance {}

/** `envoy.config.listener.v3.Listener.DeprecatedV1` */
export interface Listener_DeprecatedV1 {
  readonly bind_to_port?: boolean;
}

/** `envoy.config.listener.v3.Listener.DrainType` */
export type Listener_DrainType = 'DEFAULT' | 'MODIFY_ONLY';

/** `envoy.config.listener.v3.Listener.FcdsConfig` */
export interface Listener_FcdsConfig {
  readonly name?: string;
  readonly config_source?: ConfigSource;
}

/** `envoy.config.listener.v3.Listener.InternalListenerConfig` */
export interface Listener_InternalListenerConfig {}

/** `envoy.config.listener.v3.ListenerFilter` */
export interface ListenerFilter {
  readonly name?: string;
  readonly typed_config?: AnyJson;
  readonly config_discovery?: ExtensionConfigSource;
  readonly filter_disabled?: ListenerFilterChainMatchPredicate;
}

/** `envoy.config.listener.v3.ListenerFilterChainMatchPredicate` */
export interface ListenerFilterChainMatchPredicate {
  readonly or_match?: ListenerFilterChainMatchPredicate_MatchSet;
  readonly and_match?: ListenerFilterChainMatchPredicate_MatchSet;
  readonly not_match?: ListenerFilterChainMatchPredicate;
  readonly any_match?: boolean;
  readonly destination_port_range?: Int32Range;
}

/** `envoy.config.listener.v3.ListenerFilterChainMatchPredicate.MatchSet` */
export interface ListenerFilterChainMatchPredicate_MatchSet {
  readonly rules?: ReadonlyArray<ListenerFilterChainMatchPredicate>;
}

/** `envoy.config.listener.v3.QuicProtocolOptions` */
export interface ListenerQuicProtocolOptions {
  readonly quic_protocol_options?: CoreQuicProtocolOptions;
  readonly idle_timeout?: `${number}s`;
  readonly crypto_handshake_timeout?: `${number}s`;
  readonly enabled?: RuntimeFeatureFlag;
  readonly packets_to_read_to_connection_count_ratio?: number;
  readonly crypto_stream_config?: TypedExtensionConfig;
  readonly proof_source_config?: TypedExtensionConfig;
  readonly connection_id_generator_config?: TypedExtensionConfig;
  readonly server_preferred_address_config?: TypedExtensionConfig;
  readonly send_disable_active_migration?: boolean;
  readonly connection_debug_visitor_config?: TypedExtensionConfig;
  readonly save_cmsg_config?: ReadonlyArray<SocketCmsgHeaders>;
  readonly reject_new_connections?: boolean;
  readonly max_sessions_per_event_loop?: number;
}

/** `envoy.config.listener.v3.UdpListenerConfig` */
export interface UdpListenerConfig {
  readonly downstream_socket_config?: UdpSocketConfig;
  readonly quic_options?: ListenerQuicProtocolOptions;
  readonly udp_packet_packet_writer_config?: TypedExtensionConfig;
}

/** `envoy.config.metrics.v3.HistogramBucketSettings` */
export interface HistogramBucketSettings {
  readonly match?: StringMatcher;
  readonly buckets?: ReadonlyArray<number>;
  readonly bins?: number;
}

/** `envoy.config.metrics.v3.StatsConfig` */
export interface StatsConfig {
  readonly stats_tags?: ReadonlyArray<TagSpecifier>;
  readonly use_all_default_tags?: boolean;
  readonly stats_matcher?: StatsMatcher;
  readonly histogram_bucket_settings?: ReadonlyArray<HistogramBucketSettings>;
  readonly allow_default_tag_overrides?: boolean;
}

/** `envoy.config.metrics.v3.StatsMatcher` */
export interface StatsMatcher {
  readonly reject_all?: boolean;
  readonly exclusion_list?: ListStringMatcher;
  readonly inclusion_list?: ListStringMatcher;
}

/** `envoy.config.metrics.v3.StatsSink` */
export interface StatsSink {
  readonly name?: string;
  readonly typed_config?: AnyJson;
}

/** `envoy.config.metrics.v3.TagSpecifier` */
export interface TagSpecifier {
  readonly tag_name?: string;
  readonly regex?: string;
  readonly fixed_value?: string;
}

/** `envoy.config.overload.v3.BufferFactoryConfig` */
export interface BufferFactoryConfig {
  readonly minimum_account_to_track_power_of_two?: number;
}

/** `envoy.config.overload.v3.LoadShedPoint` */
export interface LoadShedPoint {
  readonly name?: string;
  readonly triggers?: ReadonlyArray<Trigger>;
}

/** `envoy.config.overload.v3.OverloadAction` */
export interface OverloadAction {
  readonly name?: string;
  readonly triggers?: ReadonlyArray<Trigger>;
  readonly typed_config?: AnyJson;
}

/** `envoy.config.overload.v3.OverloadManager` */
export interface OverloadManager {
  readonly refresh_interval?: `${number}s`;
  readonly resource_monitors?: ReadonlyArray<ResourceMonitor>;
  readonly actions?: ReadonlyArray<OverloadAction>;
  readonly loadshed_points?: ReadonlyArray<LoadShedPoint>;
  readonly buffer_factory_config?: BufferFactoryConfig;
}

/** `envoy.config.overload.v3.ResourceMonitor` */
export interface ResourceMonitor {
  readonly name?: string;
  readonly typed_config?: AnyJson;
}

/** `envoy.config.overload.v3.ScaledTrigger` */
export interface ScaledTrigger {
  readonly scaling_threshold?: number;
  readonly saturation_threshold?: number;
}

/** `envoy.config.overload.v3.ThresholdTrigger` */
export interface ThresholdTrigger {
  readonly value?: number;
}

/** `envoy.config.overload.v3.Trigger` */
export interface Trigger {
  readonly name?: string;
  readonly threshold?: ThresholdTrigger;
  readonly scaled?: ScaledTrigger;
}

/** `envoy.config.route.v3.ClusterSpecifierPlugin` */
export interface ClusterSpecifierPlugin {
  readonly extension?: TypedExtensionConfig;
  readonly is_optional?: boolean;
}

/** `envoy.config.route.v3.CookieMatcher` */
export interface CookieMatcher {
  readonly name?: string;
  readonly string_match?: StringMatcher;
  readonly invert_match?: boolean;
}

/** `envoy.config.route.v3.CorsPolicy` */
export interface CorsPolicy {
  readonly allow_origin_string_match?: ReadonlyArray<StringMatcher>;
  readonly allow_methods?: string;
  readonly allow_headers?: string;
  readonly expose_headers?: string;
  readonly max_age?: string;
  readonly allow_credentials?: boolean;
  readonly filter_enabled?: RuntimeFractionalPercent;
  readonly shadow_enabled?: RuntimeFractionalPercent;
  readonly allow_private_network_access?: boolean;
  readonly forward_not_matching_preflights?: boolean;
}

/** `envoy.config.route.v3.Decorator` */
export interface Decorator {
  readonly operation?: string;
  readonly propagate?: boolean;
}

/** `envoy.config.route.v3.DirectResponseAction` */
export interface DirectResponseAction {
  readonly status?: number;
  readonly body?: DataSource;
  readonly body_format?: SubstitutionFormatString;
}

/** `envoy.config.route.v3.FilterAction` */
export interface FilterAction {
  readonly action?: AnyJson;
}

/** `envoy.config.route.v3.HeaderMatcher` */
export interface HeaderMatcher {
  readonly name?: string;
  readonly exact_match?: string;
  readonly safe_regex_match?: RegexMatcher;
  readonly range_match?: Int64Range;
  readonly present_match?: boolean;
  readonly prefix_match?: string;
  readonly suffix_match?: string;
  readonly contains_match?: string;
  readonly string_match?: StringMatcher;
  readonly invert_match?: boolean;
  readonly treat_missing_header_as_empty?: boolean;
}

/** `envoy.config.route.v3.HedgePolicy` */
export interface HedgePolicy {
  readonly initial_requests?: number;
  readonly additional_request_chance?: FractionalPercent;
  readonly hedge_on_per_try_timeout?: boolean;
}

/** `envoy.config.route.v3.InternalRedirectPolicy` */
export interface InternalRedirectPolicy {
  readonly max_internal_redirects?: number;
  readonly redirect_response_codes?: ReadonlyArray<number>;
  readonly predicates?: ReadonlyArray<TypedExtensionConfig>;
  readonly allow_cross_scheme_redirect?: boolean;
  readonly response_headers_to_copy?: ReadonlyArray<string>;
}

/** `envoy.config.route.v3.NonForwardingAction` */
export interface NonForwardingAction {}

/** `envoy.config.route.v3.QueryParameterMatcher` */
export interface QueryParameterMatcher {
  readonly name?: string;
  readonly string_match?: StringMatcher;
  readonly present_match?: boolean;
}

/** `envoy.config.route.v3.RateLimit` */
export interface RateLimit {
  readonly stage?: number;
  readonly disable_key?: string;
  readonly actions?: ReadonlyArray<RateLimit_Action>;
  readonly limit?: RateLimit_Override;
  readonly hits_addend?: RateLimit_HitsAddend;
  readonly apply_on_stream_done?: boolean;
  readonly x_ratelimit_option?: RateLimit_XRateLimitOption;
}

/** `envoy.config.route.v3.RateLimit.Action` */
export interface RateLimit_Action {
  readonly source_cluster?: RateLimit_Action_SourceCluster;
  readonly destination_cluster?: RateLimit_Action_DestinationCluster;
  readonly request_headers?: RateLimit_Action_RequestHeaders;
  readonly remote_address?: RateLimit_Action_RemoteAddress;
  readonly generic_key?: RateLimit_Action_GenericKey;
  readonly header_value_match?: RateLimit_Action_HeaderValueMatch;
  readonly dynamic_metadata?: RateLimit_Action_DynamicMetaData;
  readonly metadata?: RateLimit_Action_MetaData;
  readonly extension?: TypedExtensionConfig;
  readonly masked_remote_address?: RateLimit_Action_MaskedRemoteAddress;
  readonly query_parameter_value_match?: RateLimit_Action_QueryParameterValueMatch;
  readonly query_parameters?: RateLimit_Action_QueryParameters;
  readonly remote_address_match?: RateLimit_Action_RemoteAddressMatch;
}

/** `envoy.config.route.v3.RateLimit.Action.DestinationCluster` */
export interface RateLimit_Action_DestinationCluster {}

/** `envoy.config.route.v3.RateLimit.Action.DynamicMetaData` */
export interface RateLimit_Action_DynamicMetaData {
  readonly descriptor_key?: string;
  readonly metadata_key?: MetadataKey;
  readonly default_value?: string;
}

/** `envoy.config.route.v3.RateLimit.Action.GenericKey` */
export interface RateLimit_Action_GenericKey {
  readonly descriptor_value?: string;
  readonly descriptor_key?: string;
  readonly default_value?: string;
}

/** `envoy.config.route.v3.RateLimit.Action.HeaderValueMatch` */
export interface RateLimit_Action_HeaderValueMatch {
  readonly descriptor_key?: string;
  readonly descriptor_value?: string;
  readonly expect_match?: boolean;
  readonly headers?: ReadonlyArray<HeaderMatcher>;
  readonly default_value?: string;
}

/** `envoy.config.route.v3.RateLimit.Action.MaskedRemoteAddress` */
export interface RateLimit_Action_MaskedRemoteAddress {
  readonly v4_prefix_mask_len?: number;
  readonly v6_prefix_mask_len?: number;
}

/** `envoy.config.route.v3.RateLimit.Action.MetaData` */
export interface RateLimit_Action_MetaData {
  readonly descriptor_key?: string;
  readonly metadata_key?: MetadataKey;
  readonly default_value?: string;
  readonly source?: RateLimit_Action_MetaData_Source;
  readonly skip_if_absent?: boolean;
}

/** `envoy.config.route.v3.RateLimit.Action.MetaData.Source` */
export type RateLimit_Action_MetaData_Source = 'DYNAMIC' | 'ROUTE_ENTRY' | 'CLUSTER_ENTRY' | 'CLUSTER_LOCALITY_ENTRY';

/** `envoy.config.route.v3.RateLimit.Action.QueryParameterValueMatch` */
export interface RateLimit_Action_QueryParameterValueMatch {
  readonly descriptor_key?: string;
  readonly descriptor_value?: string;
  readonly expect_match?: boolean;
  readonly query_parameters?: ReadonlyArray<QueryParameterMatcher>;
  readonly default_value?: string;
}

/** `envoy.config.route.v3.RateLimit.Action.QueryParameters` */
export interface RateLimit_Action_QueryParameters {
  readonly query_parameter_name?: string;
  readonly descriptor_key?: string;
  readonly skip_if_absent?: boolean;
}

/** `envoy.config.route.v3.RateLimit.Action.RemoteAddress` */
export interface RateLimit_Action_RemoteAddress {}

/** `envoy.config.route.v3.RateLimit.Action.RemoteAddressMatch` */
export interface RateLimit_Action_RemoteAddressMatch {
  readonly descriptor_value?: string;
  readonly descriptor_key?: string;
  readonly default_value?: string;
  readonly address_matcher?: AddressMatcher;
}

/** `envoy.config.route.v3.RateLimit.Action.RequestHeaders` */
export interface RateLimit_Action_RequestHeaders {
  readonly header_name?: string;
  readonly descriptor_key?: string;
  readonly skip_if_absent?: boolean;
}

/** `envoy.config.route.v3.RateLimit.Action.SourceCluster` */
export interface RateLimit_Action_SourceCluster {}

/** `envoy.config.route.v3.RateLimit.HitsAddend` */
export interface RateLimit_HitsAddend {
  readonly number?: number | string;
  readonly format?: string;
  readonly is_negative_hits?: boolean;
}

/** `envoy.config.route.v3.RateLimit.Override` */
export interface RateLimit_Override {
  readonly dynamic_metadata?: RateLimit_Override_DynamicMetadata;
  readonly rate_limit?: RateLimit_Override_RateLimitOverride;
}

/** `envoy.config.route.v3.RateLimit.Override.DynamicMetadata` */
export interface RateLimit_Override_DynamicMetadata {
  readonly metadata_key?: MetadataKey;
}

/** `envoy.config.route.v3.RateLimit.Override.RateLimitOverride` */
export interface RateLimit_Override_RateLimitOverride {
  readonly requests_per_unit?: number;
  readonly unit?: RateLimitUnit;
}

/** `envoy.config.route.v3.RateLimit.XRateLimitOption` */
export type RateLimit_XRateLimitOption = 'UNSPECIFIED' | 'OFF' | 'DRAFT_VERSION_03';

/** `envoy.config.route.v3.RedirectAction` */
export interface RedirectAction {
  readonly https_redirect?: boolean;
  readonly scheme_redirect?: string;
  readonly host_redirect?: string;
  readonly port_redirect?: number;
  readonly path_redirect?: string;
  readonly prefix_rewrite?: string;
  readonly regex_rewrite?: RegexMatchAndSubstitute;
  readonly response_code?: RedirectAction_RedirectResponseCode;
  readonly strip_query?: boolean;
  readonly path_rewrite?: string;
}

/** `envoy.config.route.v3.RedirectAction.RedirectResponseCode` */
export type RedirectAction_RedirectResponseCode = 'MOVED_PERMANENTLY' | 'FOUND' | 'SEE_OTHER' | 'TEMPORARY_REDIRECT' | 'PERMANENT_REDIRECT';

/** `envoy.config.route.v3.RetryPolicy` */
export interface RouteRetryPolicy {
  readonly retry_on?: string;
  readonly num_retries?: number;
  readonly per_try_timeout?: `${number}s`;
  readonly per_try_idle_timeout?: `${number}s`;
  readonly retry_priority?: RouteRetryPolicy_RetryPriority;
  readonly retry_host_predicate?: ReadonlyArray<RouteRetryPolicy_RetryHostPredicate>;
  readonly retry_options_predicates?: ReadonlyArray<TypedExtensionConfig>;
  readonly host_selection_retry_max_attempts?: number | string;
  readonly retriable_status_codes?: ReadonlyArray<number>;
  readonly retry_back_off?: RetryPolicy_RetryBackOff;
  readonly rate_limited_retry_back_off?: RetryPolicy_RateLimitedRetryBackOff;
  readonly retriable_headers?: ReadonlyArray<HeaderMatcher>;
  readonly retriable_request_headers?: ReadonlyArray<HeaderMatcher>;
  readonly refresh_cluster_on_retry?: boolean;
}

/** `envoy.config.route.v3.RetryPolicy.RateLimitedRetryBackOff` */
export interface RetryPolicy_RateLimitedRetryBackOff {
  readonly reset_headers?: ReadonlyArray<RetryPolicy_ResetHeader>;
  readonly max_interval?: `${number}s`;
}

/** `envoy.config.route.v3.RetryPolicy.ResetHeader` */
export interface RetryPolicy_ResetHeader {
  readonly name?: string;
  readonly format?: RetryPolicy_ResetHeaderFormat;
}

/** `envoy.config.route.v3.RetryPolicy.ResetHeaderFormat` */
export type RetryPolicy_ResetHeaderFormat = 'SECONDS' | 'UNIX_TIMESTAMP';

/** `envoy.config.route.v3.RetryPolicy.RetryBackOff` */
export interface RetryPolicy_RetryBackOff {
  readonly base_interval?: `${number}s`;
  readonly max_interval?: `${number}s`;
}

/** `envoy.config.route.v3.RetryPolicy.RetryHostPredicate` */
export interface RouteRetryPolicy_RetryHostPredicate {
  readonly name?: string;
  readonly typed_config?: AnyJson;
}

/** `envoy.config.route.v3.RetryPolicy.RetryPriority` */
export interface RouteRetryPolicy_RetryPriority {
  readonly name?: string;
  readonly typed_config?: AnyJson;
}

/** `envoy.config.route.v3.Route` */
export interface Route {
  readonly name?: string;
  readonly match?: RouteMatch;
  readonly route?: RouteAction;
  readonly redirect?: RedirectAction;
  readonly direct_response?: DirectResponseAction;
  readonly filter_action?: FilterAction;
  readonly non_forwarding_action?: NonForwardingAction;
  readonly metadata?: Metadata;
  readonly decorator?: Decorator;
  readonly typed_per_filter_config?: Readonly<Record<string, AnyJson>>;
  readonly request_headers_to_add?: ReadonlyArray<HeaderValueOption>;
  readonly request_headers_to_remove?: ReadonlyArray<string>;
  readonly response_headers_to_add?: ReadonlyArray<HeaderValueOption>;
  readonly response_headers_to_remove?: ReadonlyArray<string>;
  readonly tracing?: RouteTracing;
  readonly per_request_buffer_limit_bytes?: number;
  readonly stat_prefix?: string;
  readonly request_body_buffer_limit?: number | string;
  readonly route_specifiers?: ReadonlyArray<TypedExtensionConfig>;
}

/** `envoy.config.route.v3.RouteAction` */
export interface RouteAction {
  readonly cluster?: string;
  readonly cluster_header?: string;
  readonly weighted_clusters?: WeightedCluster;
  readonly cluster_specifier_plugin?: string;
  readonly inline_cluster_specifier_plugin?: ClusterSpecifierPlugin;
  readonly cluster_not_found_response_code?: RouteAction_ClusterNotFoundResponseCode;
  readonly metadata_match?: Metadata;
  readonly prefix_rewrite?: string;
  readonly regex_rewrite?: RegexMatchAndSubstitute;
  readonly path_rewrite_policy?: TypedExtensionConfig;
  readonly host_rewrite_literal?: string;
  readonly auto_host_rewrite?: boolean;
  readonly host_rewrite_header?: string;
  readonly host_rewrite_path_regex?: RegexMatchAndSubstitute;
  readonly append_x_forwarded_host?: boolean;
  readonly timeout?: `${number}s`;
  readonly idle_timeout?: `${number}s`;
  readonly early_data_policy?: TypedExtensionConfig;
  readonly retry_policy?: RouteRetryPolicy;
  readonly retry_policy_typed_config?: AnyJson;
  readonly request_mirror_policies?: ReadonlyArray<RouteAction_RequestMirrorPolicy>;
  readonly priority?: RoutingPriority;
  readonly rate_limits?: ReadonlyArray<RateLimit>;
  readonly include_vh_rate_limits?: boolean;
  readonly hash_policy?: ReadonlyArray<RouteAction_HashPolicy>;
  readonly cors?: CorsPolicy;
  readonly max_grpc_timeout?: `${number}s`;
  readonly grpc_timeout_offset?: `${number}s`;
  readonly upgrade_configs?: ReadonlyArray<RouteAction_UpgradeConfig>;
  readonly internal_redirect_policy?: InternalRedirectPolicy;
  readonly internal_redirect_action?: RouteAction_InternalRedirectAction;
  readonly max_internal_redirects?: number;
  readonly hedge_policy?: HedgePolicy;
  readonly max_stream_duration?: RouteAction_MaxStreamDuration;
  readonly host_rewrite?: string;
  readonly path_rewrite?: string;
  readonly flush_timeout?: `${number}s`;
}

/** `envoy.config.route.v3.RouteAction.ClusterNotFoundResponseCode` */
export type RouteAction_ClusterNotFoundResponseCode = 'SERVICE_UNAVAILABLE' | 'NOT_FOUND' | 'INTERNAL_SERVER_ERROR';

/** `envoy.config.route.v3.RouteAction.HashPolicy` */
export interface RouteAction_HashPolicy {
  readonly header?: RouteAction_HashPolicy_Header;
  readonly cookie?: RouteAction_HashPolicy_Cookie;
  readonly connection_properties?: RouteAction_HashPolicy_ConnectionProperties;
  readonly query_parameter?: RouteAction_HashPolicy_QueryParameter;
  readonly filter_state?: RouteAction_HashPolicy_FilterState;
  readonly terminal?: boolean;
}

/** `envoy.config.route.v3.RouteAction.HashPolicy.ConnectionProperties` */
export interface RouteAction_HashPolicy_ConnectionProperties {
  readonly source_ip?: boolean;
}

/** `envoy.config.route.v3.RouteAction.HashPolicy.Cookie` */
export interface RouteAction_HashPolicy_Cookie {
  readonly name?: string;
  readonly ttl?: `${number}s`;
  readonly path?: string;
  readonly attributes?: ReadonlyArray<RouteAction_HashPolicy_CookieAttribute>;
}

/** `envoy.config.route.v3.RouteAction.HashPolicy.CookieAttribute` */
export interface RouteAction_HashPolicy_CookieAttribute {
  readonly name?: string;
  readonly value?: string;
}

/** `envoy.config.route.v3.RouteAction.HashPolicy.FilterState` */
export interface RouteAction_HashPolicy_FilterState {
  readonly key?: string;
}

/** `envoy.config.route.v3.RouteAction.HashPolicy.Header` */
export interface RouteAction_HashPolicy_Header {
  readonly header_name?: string;
  readonly regex_rewrite?: RegexMatchAndSubstitute;
}

/** `envoy.config.route.v3.RouteAction.HashPolicy.QueryParameter` */
export interface RouteAction_HashPolicy_QueryParameter {
  readonly name?: string;
}

/** `envoy.config.route.v3.RouteAction.InternalRedirectAction` */
export type RouteAction_InternalRedirectAction = 'PASS_THROUGH_INTERNAL_REDIRECT' | 'HANDLE_INTERNAL_REDIRECT';

/** `envoy.config.route.v3.RouteAction.MaxStreamDuration` */
export interface RouteAction_MaxStreamDuration {
  readonly max_stream_duration?: `${number}s`;
  readonly grpc_timeout_header_max?: `${number}s`;
  readonly grpc_timeout_header_offset?: `${number}s`;
}

/** `envoy.config.route.v3.RouteAction.RequestMirrorPolicy` */
export interface RouteAction_RequestMirrorPolicy {
  readonly cluster?: string;
  readonly cluster_header?: string;
  readonly runtime_fraction?: RuntimeFractionalPercent;
  readonly trace_sampled?: boolean;
  readonly disable_shadow_host_suffix_append?: boolean;
  readonly request_headers_mutations?: ReadonlyArray<MutationRulesHeaderMutation>;
  readonly host_rewrite_literal?: string;
}

/** `envoy.config.route.v3.RouteAction.UpgradeConfig` */
export interface RouteAction_UpgradeConfig {
  readonly upgrade_type?: string;
  readonly enabled?: boolean;
  readonly connect_config?: RouteAction_UpgradeConfig_ConnectConfig;
}

/** `envoy.config.route.v3.RouteAction.UpgradeConfig.ConnectConfig` */
export interface RouteAction_UpgradeConfig_ConnectConfig {
  readonly proxy_protocol_config?: ProxyProtocolConfig;
  readonly allow_post?: boolean;
}

/** `envoy.config.route.v3.RouteConfiguration` */
export interface RouteConfiguration {
  readonly name?: string;
  readonly virtual_hosts?: ReadonlyArray<VirtualHost>;
  readonly vhds?: Vhds;
  readonly internal_only_headers?: ReadonlyArray<string>;
  readonly response_headers_to_add?: ReadonlyArray<HeaderValueOption>;
  readonly response_headers_to_remove?: ReadonlyArray<string>;
  readonly request_headers_to_add?: ReadonlyArray<HeaderValueOption>;
  readonly request_headers_to_remove?: ReadonlyArray<string>;
  readonly most_specific_header_mutations_wins?: boolean;
  readonly validate_clusters?: boolean;
  readonly max_direct_response_body_size_bytes?: number;
  readonly cluster_specifier_plugins?: ReadonlyArray<ClusterSpecifierPlugin>;
  readonly request_mirror_policies?: ReadonlyArray<RouteAction_RequestMirrorPolicy>;
  readonly ignore_port_in_host_matching?: boolean;
  readonly ignore_path_parameters_in_path_matching?: boolean;
  readonly typed_per_filter_config?: Readonly<Record<string, AnyJson>>;
  readonly metadata?: Metadata;
  readonly vhost_header?: string;
  readonly route_specifiers?: ReadonlyArray<TypedExtensionConfig>;
}

/** `envoy.config.route.v3.RouteMatch` */
export interface RouteMatch {
  readonly prefix?: string;
  readonly path?: string;
  readonly safe_regex?: RegexMatcher;
  readonly connect_matcher?: RouteMatch_ConnectMatcher;
  readonly path_separated_prefix?: string;
  readonly path_match_policy?: TypedExtensionConfig;
  readonly case_sensitive?: boolean;
  readonly runtime_fraction?: RuntimeFractionalPercent;
  readonly headers?: ReadonlyArray<HeaderMatcher>;
  readonly query_parameters?: ReadonlyArray<QueryParameterMatcher>;
  readonly grpc?: RouteMatch_GrpcRouteMatchOptions;
  readonly tls_context?: RouteMatch_TlsContextMatchOptions;
  readonly dynamic_metadata?: ReadonlyArray<MetadataMatcher>;
  readonly cookies?: ReadonlyArray<CookieMatcher>;
  readonly filter_state?: ReadonlyArray<FilterStateMatcher>;
}

/** `envoy.config.route.v3.RouteMatch.ConnectMatcher` */
export interface RouteMatch_ConnectMatcher {}

/** `envoy.config.route.v3.RouteMatch.GrpcRouteMatchOptions` */
export interface RouteMatch_GrpcRouteMatchOptions {}

/** `envoy.config.route.v3.RouteMatch.TlsContextMatchOptions` */
export interface RouteMatch_TlsContextMatchOptions {
  readonly presented?: boolean;
  readonly validated?: boolean;
}

/** `envoy.config.route.v3.ScopedRouteConfiguration` */
export interface ScopedRouteConfiguration {
  readonly on_demand?: boolean;
  readonly name?: string;
  readonly route_configuration_name?: string;
  readonly route_configuration?: RouteConfiguration;
  readonly key?: ScopedRouteConfiguration_Key;
}

/** `envoy.config.route.v3.ScopedRouteConfiguration.Key` */
export interface ScopedRouteConfiguration_Key {
  readonly fragments?: ReadonlyArray<ScopedRouteConfiguration_Key_Fragment>;
}

/** `envoy.config.route.v3.ScopedRouteConfiguration.Key.Fragment` */
export interface ScopedRouteConfiguration_Key_Fragment {
  readonly string_key?: string;
}

/** `envoy.config.route.v3.Tracing` */
export interface RouteTracing {
  readonly client_sampling?: FractionalPercent;
  readonly random_sampling?: FractionalPercent;
  readonly overall_sampling?: FractionalPercent;
  readonly custom_tags?: ReadonlyArray<CustomTag>;
  readonly operation?: string;
  readonly upstream_operation?: string;
}

/** `envoy.config.route.v3.Vhds` */
export interface Vhds {
  readonly config_source?: ConfigSource;
}

/** `envoy.config.route.v3.VirtualCluster` */
export interface VirtualCluster {
  readonly headers?: ReadonlyArray<HeaderMatcher>;
  readonly name?: string;
}

/** `envoy.config.route.v3.VirtualHost` */
export interface VirtualHost {
  readonly name?: string;
  readonly domains?: ReadonlyArray<string>;
  readonly routes?: ReadonlyArray<Route>;
  readonly matcher?: XdsMatcher;
  readonly require_tls?: VirtualHost_TlsRequirementType;
  readonly virtual_clusters?: ReadonlyArray<VirtualCluster>;
  readonly rate_limits?: ReadonlyArray<RateLimit>;
  readonly request_headers_to_add?: ReadonlyArray<HeaderValueOption>;
  readonly request_headers_to_remove?: ReadonlyArray<string>;
  readonly response_headers_to_add?: ReadonlyArray<HeaderValueOption>;
  readonly response_headers_to_remove?: ReadonlyArray<string>;
  readonly cors?: CorsPolicy;
  readonly typed_per_filter_config?: Readonly<Record<string, AnyJson>>;
  readonly include_request_attempt_count?: boolean;
  readonly include_attempt_count_in_response?: boolean;
  readonly retry_policy?: RouteRetryPolicy;
  readonly retry_policy_typed_config?: AnyJson;
  readonly hedge_policy?: HedgePolicy;
  readonly include_is_timeout_retry_header?: boolean;
  readonly per_request_buffer_limit_bytes?: number;
  readonly request_mirror_policies?: ReadonlyArray<RouteAction_RequestMirrorPolicy>;
  readonly metadata?: Metadata;
  readonly request_body_buffer_limit?: number | string;
  readonly route_specifiers?: ReadonlyArray<TypedExtensionConfig>;
}

/** `envoy.config.route.v3.VirtualHost.TlsRequirementType` */
export type VirtualHost_TlsRequirementType = 'NONE' | 'EXTERNAL_ONLY' | 'ALL';

/** `envoy.config.route.v3.WeightedCluster` */
export interface WeightedCluster {
  readonly clusters?: ReadonlyArray<WeightedCluster_ClusterWeight>;
  readonly total_weight?: number;
  readonly runtime_key_prefix?: string;
  readonly header_name?: string;
  readonly use_hash_policy?: boolean;
}

/** `envoy.config.route.v3.WeightedCluster.ClusterWeight` */
export interface WeightedCluster_ClusterWeight {
  readonly name?: string;
  readonly cluster_header?: string;
  readonly weight?: number;
  readonly metadata_match?: Metadata;
  readonly request_headers_to_add?: ReadonlyArray<HeaderValueOption>;
  readonly request_headers_to_remove?: ReadonlyArray<string>;
  readonly response_headers_to_add?: ReadonlyArray<HeaderValueOption>;
  readonly response_headers_to_remove?: ReadonlyArray<string>;
  readonly typed_per_filter_config?: Readonly<Record<string, AnyJson>>;
  readonly host_rewrite_literal?: string;
}

/** `envoy.config.trace.v3.Tracing` */
export interface TraceTracing {
  readonly http?: Tracing_Http;
}

/** `envoy.config.trace.v3.Tracing.Http` */
export interface Tracing_Http {
  readonly name?: string;
  readonly typed_config?: AnyJson;
}

/** `envoy.data.accesslog.v3.AccessLogType` */
export type AccessLogType = 'NotSet' | 'TcpUpstreamConnected' | 'TcpPeriodic' | 'TcpConnectionEnd' | 'DownstreamStart' | 'DownstreamPeriodic' | 'DownstreamEnd' | 'UpstreamPoolReady' | 'UpstreamPeriodic' | 'UpstreamEnd' | 'DownstreamTunnelSuccessfullyEstablished' | 'UdpTunnelUpstreamConnected' | 'UdpPeriodic' | 'UdpSessionEnd' | 'TcpConnectionStart';

/** `envoy.extensions.access_loggers.file.v3.FileAccessLog` */
export interface FileAccessLog {
  readonly path?: string;
  readonly format?: string;
  readonly json_format?: Record<string, unknown>;
  readonly typed_json_format?: Record<string, unknown>;
  readonly log_format?: SubstitutionFormatString;
}

/** `envoy.extensions.access_loggers.stream.v3.StderrAccessLog` */
export interface StderrAccessLog {
  readonly log_format?: SubstitutionFormatString;
}

/** `envoy.extensions.access_loggers.stream.v3.StdoutAccessLog` */
export interface StdoutAccessLog {
  readonly log_format?: SubstitutionFormatString;
}

/** `envoy.extensions.filters.http.header_mutation.v3.HeaderMutation` */
export interface HttpHeaderMutationHeaderMutation {
  readonly mutations?: Mutations;
  readonly most_specific_header_mutations_wins?: boolean;
}

/** `envoy.extensions.filters.http.header_mutation.v3.Mutations` */
export interface Mutations {
  readonly request_mutations?: ReadonlyArray<MutationRulesHeaderMutation>;
  readonly response_mutations?: ReadonlyArray<MutationRulesHeaderMutation>;
  readonly query_parameter_mutations?: ReadonlyArray<KeyValueMutation>;
  readonly response_trailers_mutations?: ReadonlyArray<MutationRulesHeaderMutation>;
  readonly request_trailers_mutations?: ReadonlyArray<MutationRulesHeaderMutation>;
  readonly formatters?: ReadonlyArray<TypedExtensionConfig>;
}

/** `envoy.extensions.filters.http.router.v3.Router` */
export interface Router {
  readonly dynamic_stats?: boolean;
  readonly start_child_span?: boolean;
  readonly upstream_log?: ReadonlyArray<AccessLog>;
  readonly upstream_log_options?: Router_UpstreamAccessLogOptions;
  readonly suppress_envoy_headers?: boolean;
  readonly strict_check_headers?: ReadonlyArray<string>;
  readonly respect_expected_rq_timeout?: boolean;
  readonly suppress_grpc_request_failure_code_stats?: boolean;
  readonly upstream_http_filters?: ReadonlyArray<HttpFilter>;
  readonly reject_connect_request_early_data?: boolean;
}

/** `envoy.extensions.filters.http.router.v3.Router.UpstreamAccessLogOptions` */
export interface Router_UpstreamAccessLogOptions {
  readonly flush_upstream_log_on_upstream_stream?: boolean;
  readonly upstream_log_flush_interval?: `${number}s`;
}

/** `envoy.extensions.filters.http.stateful_session.v3.StatefulSession` */
export interface StatefulSession {
  readonly session_state?: TypedExtensionConfig;
  readonly strict?: boolean;
  readonly stat_prefix?: string;
  readonly status_on_strict_destination_not_found?: number;
}

/** `envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec` */
export interface UpstreamCodec {}

/** `envoy.extensions.filters.http.wasm.v3.Wasm` */
export interface Wasm {
  readonly config?: PluginConfig;
}

/** `envoy.extensions.filters.network.http_connection_manager.v3.ForwardProtoConfig` */
export interface ForwardProtoConfig {
  readonly https_destination_ports?: ReadonlyArray<number>;
  readonly http_destination_ports?: ReadonlyArray<number>;
}

/** `envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager` */
export interface HttpConnectionManager {
  readonly codec_type?: HttpConnectionManager_CodecType;
  readonly stat_prefix?: string;
  readonly rds?: Rds;
  readonly route_config?: RouteConfiguration;
  readonly scoped_routes?: ScopedRoutes;
  readonly http_filters?: ReadonlyArray<HttpFilter>;
  readonly add_user_agent?: boolean;
  readonly tracing?: HttpConnectionManager_Tracing;
  readonly common_http_protocol_options?: CoreHttpProtocolOptions;
  readonly http_protocol_options?: Http1ProtocolOptions;
  readonly http2_protocol_options?: Http2ProtocolOptions;
  readonly http3_protocol_options?: Http3ProtocolOptions;
  readonly server_name?: string;
  readonly server_header_transformation?: HttpConnectionManager_ServerHeaderTransformation;
  readonly scheme_header_transformation?: SchemeHeaderTransformation;
  readonly max_request_headers_kb?: number;
  readonly stream_idle_timeout?: `${number}s`;
  readonly request_timeout?: `${number}s`;
  readonly request_headers_timeout?: `${number}s`;
  readonly drain_timeout?: `${number}s`;
  readonly delayed_close_timeout?: `${number}s`;
  readonly access_log?: ReadonlyArray<AccessLog>;
  readonly access_log_flush_interval?: `${number}s`;
  readonly flush_access_log_on_new_request?: boolean;
  readonly access_log_options?: HttpConnectionManager_HcmAccessLogOptions;
  readonly use_remote_address?: boolean;
  readonly xff_num_trusted_hops?: number;
  readonly original_ip_detection_extensions?: ReadonlyArray<TypedExtensionConfig>;
  readonly early_header_mutation_extensions?: ReadonlyArray<TypedExtensionConfig>;
  readonly internal_address_config?: HttpConnectionManager_InternalAddressConfig;
  readonly skip_xff_append?: boolean;
  readonly via?: string;
  readonly generate_request_id?: boolean;
  readonly preserve_external_request_id?: boolean;
  readonly always_set_request_id_in_response?: boolean;
  readonly forward_client_cert_details?: HttpConnectionManager_ForwardClientCertDetails;
  readonly set_current_client_cert_details?: HttpConnectionManager_SetCurrentClientCertDetails;
  readonly proxy_100_continue?: boolean;
  readonly represent_ipv4_remote_address_as_ipv4_mapped_ipv6?: boolean;
  readonly upgrade_configs?: ReadonlyArray<HttpConnectionManager_UpgradeConfig>;
  readonly normalize_path?: boolean;
  readonly merge_slashes?: boolean;
  readonly path_with_escaped_slashes_action?: HttpConnectionManager_PathWithEscapedSlashesAction;
  readonly request_id_extension?: RequestIDExtension;
  readonly local_reply_config?: LocalReplyConfig;
  readonly strip_matching_host_port?: boolean;
  readonly strip_any_host_port?: boolean;
  readonly stream_error_on_invalid_http_message?: boolean;
  readonly path_normalization_options?: HttpConnectionManager_PathNormalizationOptions;
  readonly strip_trailing_host_dot?: boolean;
  readonly proxy_status_config?: HttpConnectionManager_ProxyStatusConfig;
  readonly typed_header_validation_config?: TypedExtensionConfig;
  readonly append_x_forwarded_port?: boolean;
  readonly append_local_overload?: boolean;
  readonly add_proxy_protocol_connection_state?: boolean;
  readonly http1_safe_max_connection_duration?: boolean;
  readonly stream_flush_timeout?: `${number}s`;
  readonly drain_timeout_jitter?: Percent;
  readonly forward_client_cert_matcher?: XdsMatcher;
  readonly forward_proto_config?: ForwardProtoConfig;
  readonly record_route_resolution_stats?: boolean;
}

/** `envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.CodecType` */
export type HttpConnectionManager_CodecType = 'AUTO' | 'HTTP1' | 'HTTP2' | 'HTTP3';

/** `envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertDetails` */
export type HttpConnectionManager_ForwardClientCertDetails = 'SANITIZE' | 'FORWARD_ONLY' | 'APPEND_FORWARD' | 'SANITIZE_SET' | 'ALWAYS_FORWARD_ONLY';

/** `envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertFormat` */
export type HttpConnectionManager_ForwardClientCertFormat = 'TEXT' | 'JSON';

/** `envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.HcmAccessLogOptions` */
export interface HttpConnectionManager_HcmAccessLogOptions {
  readonly access_log_flush_interval?: `${number}s`;
  readonly flush_access_log_on_new_request?: boolean;
  readonly flush_log_on_tunnel_successfully_established?: boolean;
}

/** `envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.InternalAddressConfig` */
export interface HttpConnectionManager_InternalAddressConfig {
  readonly unix_sockets?: boolean;
  readonly cidr_ranges?: ReadonlyArray<CidrRange>;
}

/** `envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.PathNormalizationOptions` */
export interface HttpConnectionManager_PathNormalizationOptions {
  readonly forwarding_transformation?: PathTransformation;
  readonly http_filter_transformation?: PathTransformation;
}

/** `envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.PathWithEscapedSlashesAction` */
export type HttpConnectionManager_PathWithEscapedSlashesAction = 'IMPLEMENTATION_SPECIFIC_DEFAULT' | 'KEEP_UNCHANGED' | 'REJECT_REQUEST' | 'UNESCAPE_AND_REDIRECT' | 'UNESCAPE_AND_FORWARD';

/** `envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ProxyStatusConfig` */
export interface HttpConnectionManager_ProxyStatusConfig {
  readonly remove_details?: boolean;
  readonly remove_connection_termination_details?: boolean;
  readonly remove_response_flags?: boolean;
  readonly set_recommended_response_code?: boolean;
  readonly use_node_id?: boolean;
  readonly literal_proxy_name?: string;
}

/** `envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ServerHeaderTransformation` */
export type HttpConnectionManager_ServerHeaderTransformation = 'OVERWRITE' | 'APPEND_IF_ABSENT' | 'PASS_THROUGH';

/** `envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.SetCurrentClientCertDetails` */
export interface HttpConnectionManager_SetCurrentClientCertDetails {
  readonly subject?: boolean;
  readonly cert?: boolean;
  readonly chain?: boolean;
  readonly dns?: boolean;
  readonly uri?: boolean;
  readonly issuer?: boolean;
  readonly format?: HttpConnectionManager_ForwardClientCertFormat;
}

/** `envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.Tracing` */
export interface HttpConnectionManager_Tracing {
  readonly client_sampling?: Percent;
  readonly random_sampling?: Percent;
  readonly overall_sampling?: Percent;
  readonly verbose?: boolean;
  readonly max_path_tag_length?: number;
  readonly custom_tags?: ReadonlyArray<CustomTag>;
  readonly provider?: Tracing_Http;
  readonly spawn_upstream_span?: boolean;
  readonly operation?: string;
  readonly upstream_operation?: string;
  readonly no_context_propagation?: boolean;
}

/** `envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.UpgradeConfig` */
export interface HttpConnectionManager_UpgradeConfig {
  readonly upgrade_type?: string;
  readonly filters?: ReadonlyArray<HttpFilter>;
  readonly enabled?: boolean;
}

/** `envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter` */
export interface HttpFilter {
  readonly name?: string;
  readonly typed_config?: AnyJson;
  readonly config_discovery?: ExtensionConfigSource;
  readonly is_optional?: boolean;
  readonly disabled?: boolean;
}

/** `envoy.extensions.filters.network.http_connection_manager.v3.LocalReplyConfig` */
export interface LocalReplyConfig {
  readonly mappers?: ReadonlyArray<ResponseMapper>;
  readonly body_format?: SubstitutionFormatString;
}

/** `envoy.extensions.filters.network.http_connection_manager.v3.Rds` */
export interface Rds {
  readonly config_source?: ConfigSource;
  readonly route_config_name?: string;
}

/** `envoy.extensions.filters.network.http_connection_manager.v3.RequestIDExtension` */
export interface RequestIDExtension {
  readonly typed_config?: AnyJson;
}

/** `envoy.extensions.filters.network.http_connection_manager.v3.ResponseMapper` */
export interface ResponseMapper {
  readonly filter?: AccessLogFilter;
  readonly status_code?: number;
  readonly body?: DataSource;
  readonly body_format_override?: SubstitutionFormatString;
  readonly headers_to_add?: ReadonlyArray<HeaderValueOption>;
}

/** `envoy.extensions.filters.network.http_connection_manager.v3.ScopedRds` */
export interface ScopedRds {
  readonly scoped_rds_config_source?: ConfigSource;
  readonly srds_resources_locator?: string;
}

/** `envoy.extensions.filters.network.http_connection_manager.v3.ScopedRouteConfigurationsList` */
export interface ScopedRouteConfigurationsList {
  readonly scoped_route_configurations?: ReadonlyArray<ScopedRouteConfiguration>;
}

/** `envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes` */
export interface ScopedRoutes {
  readonly name?: string;
  readonly scope_key_builder?: ScopedRoutes_ScopeKeyBuilder;
  readonly rds_config_source?: ConfigSource;
  readonly scoped_route_configurations_list?: ScopedRouteConfigurationsList;
  readonly scoped_rds?: ScopedRds;
}

/** `envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes.ScopeKeyBuilder` */
export interface ScopedRoutes_ScopeKeyBuilder {
  readonly fragments?: ReadonlyArray<ScopedRoutes_ScopeKeyBuilder_FragmentBuilder>;
}

/** `envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes.ScopeKeyBuilder.FragmentBuilder` */
export interface ScopedRoutes_ScopeKeyBuilder_FragmentBuilder {
  readonly header_value_extractor?: ScopedRoutes_ScopeKeyBuilder_FragmentBuilder_HeaderValueExtractor;
}

/** `envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes.ScopeKeyBuilder.FragmentBuilder.HeaderValueExtractor` */
export interface ScopedRoutes_ScopeKeyBuilder_FragmentBuilder_HeaderValueExtractor {
  readonly name?: string;
  readonly element_separator?: string;
  readonly index?: number;
  readonly element?: ScopedRoutes_ScopeKeyBuilder_FragmentBuilder_HeaderValueExtractor_KvElement;
}

/** `envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes.ScopeKeyBuilder.FragmentBuilder.HeaderValueExtractor.KvElement` */
export interface ScopedRoutes_ScopeKeyBuilder_FragmentBuilder_HeaderValueExtractor_KvElement {
  readonly separator?: string;
  readonly key?: string;
}

/** `envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation` */
export interface EarlyHeaderMutationHeaderMutationHeaderMutation {
  readonly mutations?: ReadonlyArray<MutationRulesHeaderMutation>;
}

/** `envoy.extensions.transport_sockets.tls.v3.CertificateProviderPluginInstance` */
export interface CertificateProviderPluginInstance {
  readonly instance_name?: string;
  readonly certificate_name?: string;
}

/** `envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext` */
export interface CertificateValidationContext {
  readonly trusted_ca?: DataSource;
  readonly ca_certificate_provider_instance?: CertificateProviderPluginInstance;
  readonly system_root_certs?: CertificateValidationContext_SystemRootCerts;
  readonly watched_directory?: WatchedDirectory;
  readonly verify_certificate_spki?: ReadonlyArray<string>;
  readonly verify_certificate_hash?: ReadonlyArray<string>;
  readonly match_typed_subject_alt_names?: ReadonlyArray<SubjectAltNameMatcher>;
  readonly match_subject_alt_names?: ReadonlyArray<StringMatcher>;
  readonly require_signed_certificate_timestamp?: boolean;
  readonly crl?: DataSource;
  readonly allow_expired_certificate?: boolean;
  readonly trust_chain_verification?: CertificateValidationContext_TrustChainVerification;
  readonly custom_validator_config?: TypedExtensionConfig;
  readonly only_verify_leaf_cert_crl?: boolean;
  readonly max_verify_depth?: number;
  readonly suppress_client_ca_list?: boolean;
}

/** `envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext.SystemRootCerts` */
export interface CertificateValidationContext_SystemRootCerts {}

/** `envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext.TrustChainVerification` */
export type CertificateValidationContext_TrustChainVerification = 'VERIFY_TRUST_CHAIN' | 'ACCEPT_UNTRUSTED';

/** `envoy.extensions.transport_sockets.tls.v3.CommonTlsContext` */
export interface CommonTlsContext {
  readonly tls_params?: TlsParameters;
  readonly tls_certificates?: ReadonlyArray<TlsCertificate>;
  readonly tls_certificate_sds_secret_configs?: ReadonlyArray<SdsSecretConfig>;
  readonly tls_certificate_provider_instance?: CertificateProviderPluginInstance;
  readonly tls_certificate_certificate_provider?: CommonTlsContext_CertificateProvider;
  readonly tls_certificate_certificate_provider_instance?: CommonTlsContext_CertificateProviderInstance;
  readonly validation_context?: CertificateValidationContext;
  readonly validation_context_sds_secret_config?: SdsSecretConfig;
  readonly combined_validation_context?: CommonTlsContext_CombinedCertificateValidationContext;
  readonly validation_context_certificate_provider?: CommonTlsContext_CertificateProvider;
  readonly validation_context_certificate_provider_instance?: CommonTlsContext_CertificateProviderInstance;
  readonly alpn_protocols?: ReadonlyArray<string>;
  readonly custom_handshaker?: TypedExtensionConfig;
  readonly key_log?: TlsKeyLog;
  readonly custom_tls_certificate_selector?: TypedExtensionConfig;
}

/** `envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CertificateProvider` */
export interface CommonTlsContext_CertificateProvider {
  readonly name?: string;
  readonly typed_config?: TypedExtensionConfig;
}

/** `envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CertificateProviderInstance` */
export interface CommonTlsContext_CertificateProviderInstance {
  readonly instance_name?: string;
  readonly certificate_name?: string;
}

/** `envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CombinedCertificateValidationContext` */
export interface CommonTlsContext_CombinedCertificateValidationContext {
  readonly default_validation_context?: CertificateValidationContext;
  readonly validation_context_sds_secret_config?: SdsSecretConfig;
  readonly validation_context_certificate_provider?: CommonTlsContext_CertificateProvider;
  readonly validation_context_certificate_provider_instance?: CommonTlsContext_CertificateProviderInstance;
}

/** `envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext` */
export interface DownstreamTlsContext {
  readonly common_tls_context?: CommonTlsContext;
  readonly require_client_certificate?: boolean;
  readonly require_sni?: boolean;
  readonly session_ticket_keys?: TlsSessionTicketKeys;
  readonly session_ticket_keys_sds_secret_config?: SdsSecretConfig;
  readonly disable_stateless_session_resumption?: boolean;
  readonly disable_stateful_session_resumption?: boolean;
  readonly session_timeout?: `${number}s`;
  readonly ocsp_staple_policy?: DownstreamTlsContext_OcspStaplePolicy;
  readonly full_scan_certs_on_sni_mismatch?: boolean;
  readonly prefer_client_ciphers?: boolean;
}

/** `envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext.OcspStaplePolicy` */
export type DownstreamTlsContext_OcspStaplePolicy = 'LENIENT_STAPLING' | 'STRICT_STAPLING' | 'MUST_STAPLE';

/** `envoy.extensions.transport_sockets.tls.v3.GenericSecret` */
export interface GenericSecret {
  readonly secret?: DataSource;
  readonly secrets?: Readonly<Record<string, DataSource>>;
}

/** `envoy.extensions.transport_sockets.tls.v3.PrivateKeyProvider` */
export interface PrivateKeyProvider {
  readonly provider_name?: string;
  readonly typed_config?: AnyJson;
  readonly fallback?: boolean;
}

/** `envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig` */
export interface SdsSecretConfig {
  readonly name?: string;
  readonly sds_config?: ConfigSource;
}

/** `envoy.extensions.transport_sockets.tls.v3.Secret` */
export interface Secret {
  readonly name?: string;
  readonly tls_certificate?: TlsCertificate;
  readonly session_ticket_keys?: TlsSessionTicketKeys;
  readonly validation_context?: CertificateValidationContext;
  readonly generic_secret?: GenericSecret;
}

/** `envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher` */
export interface SubjectAltNameMatcher {
  readonly san_type?: SubjectAltNameMatcher_SanType;
  readonly matcher?: StringMatcher;
  readonly oid?: string;
}

/** `envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher.SanType` */
export type SubjectAltNameMatcher_SanType = 'SAN_TYPE_UNSPECIFIED' | 'EMAIL' | 'DNS' | 'URI' | 'IP_ADDRESS' | 'OTHER_NAME';

/** `envoy.extensions.transport_sockets.tls.v3.TlsCertificate` */
export interface TlsCertificate {
  readonly certificate_chain?: DataSource;
  readonly private_key?: DataSource;
  readonly pkcs12?: DataSource;
  readonly watched_directory?: WatchedDirectory;
  readonly private_key_provider?: PrivateKeyProvider;
  readonly password?: DataSource;
  readonly ocsp_staple?: DataSource;
  readonly signed_certificate_timestamp?: ReadonlyArray<DataSource>;
  readonly tls_params?: TlsParameters;
}

/** `envoy.extensions.transport_sockets.tls.v3.TlsKeyLog` */
export interface TlsKeyLog {
  readonly path?: string;
  readonly local_address_range?: ReadonlyArray<CidrRange>;
  readonly remote_address_range?: ReadonlyArray<CidrRange>;
}

/** `envoy.extensions.transport_sockets.tls.v3.TlsParameters` */
export interface TlsParameters {
  readonly tls_minimum_protocol_version?: TlsParameters_TlsProtocol;
  readonly tls_maximum_protocol_version?: TlsParameters_TlsProtocol;
  readonly cipher_suites?: ReadonlyArray<string>;
  readonly ecdh_curves?: ReadonlyArray<string>;
  readonly signature_algorithms?: ReadonlyArray<string>;
  readonly compliance_policies?: ReadonlyArray<TlsParameters_CompliancePolicy>;
}

/** `envoy.extensions.transport_sockets.tls.v3.TlsParameters.CompliancePolicy` */
export type TlsParameters_CompliancePolicy = 'FIPS_202205' | 'CNSA2_202603' | 'CNSA1_202603';

/** `envoy.extensions.transport_sockets.tls.v3.TlsParameters.TlsProtocol` */
export type TlsParameters_TlsProtocol = 'TLS_AUTO' | 'TLSv1_0' | 'TLSv1_1' | 'TLSv1_2' | 'TLSv1_3';

/** `envoy.extensions.transport_sockets.tls.v3.TlsSessionTicketKeys` */
export interface TlsSessionTicketKeys {
  readonly keys?: ReadonlyArray<DataSource>;
}

/** `envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext` */
export interface UpstreamTlsContext {
  readonly common_tls_context?: CommonTlsContext;
  readonly sni?: string;
  readonly allow_renegotiation?: boolean;
  readonly max_session_keys?: number;
  readonly enforce_rsa_key_usage?: boolean;
  readonly auto_host_sni?: boolean;
  readonly auto_sni_san_validation?: boolean;
}

/** `envoy.extensions.upstreams.http.v3.HttpProtocolOptions` */
export interface HttpHttpProtocolOptions {
  readonly common_http_protocol_options?: CoreHttpProtocolOptions;
  readonly upstream_http_protocol_options?: UpstreamHttpProtocolOptions;
  readonly explicit_http_config?: HttpProtocolOptions_ExplicitHttpConfig;
  readonly use_downstream_protocol_config?: HttpProtocolOptions_UseDownstreamHttpConfig;
  readonly auto_config?: HttpProtocolOptions_AutoHttpConfig;
  readonly http_filters?: ReadonlyArray<HttpFilter>;
  readonly header_validation_config?: TypedExtensionConfig;
  readonly outlier_detection?: HttpProtocolOptions_OutlierDetection;
  readonly request_mirror_policies?: ReadonlyArray<RouteAction_RequestMirrorPolicy>;
  readonly hash_policy?: ReadonlyArray<RouteAction_HashPolicy>;
  readonly retry_policy?: RouteRetryPolicy;
}

/** `envoy.extensions.upstreams.http.v3.HttpProtocolOptions.AutoHttpConfig` */
export interface HttpProtocolOptions_AutoHttpConfig {
  readonly http_protocol_options?: Http1ProtocolOptions;
  readonly http2_protocol_options?: Http2ProtocolOptions;
  readonly http3_protocol_options?: Http3ProtocolOptions;
  readonly alternate_protocols_cache_options?: AlternateProtocolsCacheOptions;
}

/** `envoy.extensions.upstreams.http.v3.HttpProtocolOptions.ExplicitHttpConfig` */
export interface HttpProtocolOptions_ExplicitHttpConfig {
  readonly http_protocol_options?: Http1ProtocolOptions;
  readonly http2_protocol_options?: Http2ProtocolOptions;
  readonly http3_protocol_options?: Http3ProtocolOptions;
}

/** `envoy.extensions.upstreams.http.v3.HttpProtocolOptions.OutlierDetection` */
export interface HttpProtocolOptions_OutlierDetection {
  readonly error_matcher?: MatchPredicate;
}

/** `envoy.extensions.upstreams.http.v3.HttpProtocolOptions.UseDownstreamHttpConfig` */
export interface HttpProtocolOptions_UseDownstreamHttpConfig {
  readonly http_protocol_options?: Http1ProtocolOptions;
  readonly http2_protocol_options?: Http2ProtocolOptions;
  readonly http3_protocol_options?: Http3ProtocolOptions;
}

/** `envoy.extensions.wasm.v3.CapabilityRestrictionConfig` */
export interface CapabilityRestrictionConfig {
  readonly allowed_capabilities?: Readonly<Record<string, SanitizationConfig>>;
}

/** `envoy.extensions.wasm.v3.EnvironmentVariables` */
export interface EnvironmentVariables {
  readonly host_env_keys?: ReadonlyArray<string>;
  readonly key_values?: Readonly<Record<string, string>>;
}

/** `envoy.extensions.wasm.v3.FailurePolicy` */
export type FailurePolicy = 'UNSPECIFIED' | 'FAIL_RELOAD' | 'FAIL_CLOSED' | 'FAIL_OPEN';

/** `envoy.extensions.wasm.v3.PluginConfig` */
export interface PluginConfig {
  readonly name?: string;
  readonly root_id?: string;
  readonly vm_config?: VmConfig;
  readonly configuration?: AnyJson;
  readonly fail_open?: boolean;
  readonly capability_restriction_config?: CapabilityRestrictionConfig;
  readonly failure_policy?: FailurePolicy;
  readonly reload_config?: ReloadConfig;
  readonly allow_on_headers_stop_iteration?: boolean;
}

/** `envoy.extensions.wasm.v3.ReloadConfig` */
export interface ReloadConfig {
  readonly backoff?: BackoffStrategy;
}

/** `envoy.extensions.wasm.v3.SanitizationConfig` */
export interface SanitizationConfig {}

/** `envoy.extensions.wasm.v3.VmConfig` */
export interface VmConfig {
  readonly vm_id?: string;
  readonly runtime?: string;
  readonly code?: AsyncDataSource;
  readonly configuration?: AnyJson;
  readonly allow_precompiled?: boolean;
  readonly nack_on_code_cache_miss?: boolean;
  readonly environment_variables?: EnvironmentVariables;
  readonly capability_restriction_config?: CapabilityRestrictionConfig;
}

/** `envoy.service.runtime.v3.Runtime` */
export interface Runtime {
  readonly name?: string;
  readonly layer?: Record<string, unknown>;
}

/** `envoy.type.http.v3.PathTransformation` */
export interface PathTransformation {
  readonly operations?: ReadonlyArray<PathTransformation_Operation>;
}

/** `envoy.type.http.v3.PathTransformation.Operation` */
export interface PathTransformation_Operation {
  readonly normalize_path_rfc_3986?: PathTransformation_Operation_NormalizePathRFC3986;
  readonly merge_slashes?: PathTransformation_Operation_MergeSlashes;
}

/** `envoy.type.http.v3.PathTransformation.Operation.MergeSlashes` */
export interface PathTransformation_Operation_MergeSlashes {}

/** `envoy.type.http.v3.PathTransformation.Operation.NormalizePathRFC3986` */
export interface PathTransformation_Operation_NormalizePathRFC3986 {}

/** `envoy.type.matcher.v3.AddressMatcher` */
export interface AddressMatcher {
  readonly ranges?: ReadonlyArray<XdsCidrRange>;
  readonly invert_match?: boolean;
}

/** `envoy.type.matcher.v3.DoubleMatcher` */
export interface DoubleMatcher {
  readonly range?: DoubleRange;
  readonly exact?: number;
}

/** `envoy.type.matcher.v3.FilterStateMatcher` */
export interface FilterStateMatcher {
  readonly key?: string;
  readonly string_match?: StringMatcher;
  readonly address_match?: AddressMatcher;
}

/** `envoy.type.matcher.v3.ListMatcher` */
export interface ListMatcher {
  readonly one_of?: ValueMatcher;
}

/** `envoy.type.matcher.v3.ListStringMatcher` */
export interface ListStringMatcher {
  readonly patterns?: ReadonlyArray<StringMatcher>;
}

/** `envoy.type.matcher.v3.MetadataMatcher` */
export interface MetadataMatcher {
  readonly filter?: string;
  readonly path?: ReadonlyArray<MetadataMatcher_PathSegment>;
  readonly value?: ValueMatcher;
  readonly invert?: boolean;
}

/** `envoy.type.matcher.v3.MetadataMatcher.PathSegment` */
export interface MetadataMatcher_PathSegment {
  readonly key?: string;
}

/** `envoy.type.matcher.v3.OrMatcher` */
export interface OrMatcher {
  readonly value_matchers?: ReadonlyArray<ValueMatcher>;
}

/** `envoy.type.matcher.v3.RegexMatchAndSubstitute` */
export interface RegexMatchAndSubstitute {
  readonly pattern?: RegexMatcher;
  readonly substitution?: string;
}

/** `envoy.type.matcher.v3.RegexMatcher` */
export interface RegexMatcher {
  readonly google_re2?: RegexMatcher_GoogleRE2;
  readonly regex?: string;
}

/** `envoy.type.matcher.v3.RegexMatcher.GoogleRE2` */
export interface RegexMatcher_GoogleRE2 {
  readonly max_program_size?: number;
}

/** `envoy.type.matcher.v3.StringMatcher` */
export interface StringMatcher {
  readonly exact?: string;
  readonly prefix?: string;
  readonly suffix?: string;
  readonly safe_regex?: RegexMatcher;
  readonly contains?: string;
  readonly custom?: XdsTypedExtensionConfig;
  readonly ignore_case?: boolean;
}

/** `envoy.type.matcher.v3.ValueMatcher` */
export interface ValueMatcher {
  readonly null_match?: ValueMatcher_NullMatch;
  readonly double_match?: DoubleMatcher;
  readonly string_match?: StringMatcher;
  readonly bool_match?: boolean;
  readonly present_match?: boolean;
  readonly list_match?: ListMatcher;
  readonly or_match?: OrMatcher;
}

/** `envoy.type.matcher.v3.ValueMatcher.NullMatch` */
export interface ValueMatcher_NullMatch {}

/** `envoy.type.metadata.v3.MetadataKey` */
export interface MetadataKey {
  readonly key?: string;
  readonly path?: ReadonlyArray<MetadataKey_PathSegment>;
}

/** `envoy.type.metadata.v3.MetadataKey.PathSegment` */
export interface MetadataKey_PathSegment {
  readonly key?: string;
  readonly index?: number;
}

/** `envoy.type.metadata.v3.MetadataKind` */
export interface MetadataKind {
  readonly request?: MetadataKind_Request;
  readonly route?: MetadataKind_Route;
  readonly cluster?: MetadataKind_Cluster;
  readonly host?: MetadataKind_Host;
}

/** `envoy.type.metadata.v3.MetadataKind.Cluster` */
export interface MetadataKind_Cluster {}

/** `envoy.type.metadata.v3.MetadataKind.Host` */
export interface MetadataKind_Host {}

/** `envoy.type.metadata.v3.MetadataKind.Request` */
export interface MetadataKind_Request {}

/** `envoy.type.metadata.v3.MetadataKind.Route` */
export interface MetadataKind_Route {}

/** `envoy.type.tracing.v3.CustomTag` */
export interface CustomTag {
  readonly tag?: string;
  readonly literal?: CustomTag_Literal;
  readonly environment?: CustomTag_Environment;
  readonly request_header?: CustomTag_Header;
  readonly metadata?: CustomTag_Metadata;
  readonly value?: string;
  readonly value_type?: CustomTag_ValueType;
}

/** `envoy.type.tracing.v3.CustomTag.Environment` */
export interface CustomTag_Environment {
  readonly name?: string;
  readonly default_value?: string;
}

/** `envoy.type.tracing.v3.CustomTag.Header` */
export interface CustomTag_Header {
  readonly name?: string;
  readonly default_value?: string;
}

/** `envoy.type.tracing.v3.CustomTag.Literal` */
export interface CustomTag_Literal {
  readonly value?: string;
}

/** `envoy.type.tracing.v3.CustomTag.Metadata` */
export interface CustomTag_Metadata {
  readonly kind?: MetadataKind;
  readonly metadata_key?: MetadataKey;
  readonly default_value?: string;
}

/** `envoy.type.tracing.v3.CustomTag.ValueType` */
export type CustomTag_ValueType = 'UNSPECIFIED' | 'STRING' | 'INT' | 'DOUBLE' | 'BOOL';

/** `envoy.type.v3.CodecClientType` */
export type CodecClientType = 'HTTP1' | 'HTTP2' | 'HTTP3';

/** `envoy.type.v3.DoubleRange` */
export interface DoubleRange {
  readonly start?: number;
  readonly end?: number;
}

/** `envoy.type.v3.FractionalPercent` */
export interface FractionalPercent {
  readonly numerator?: number;
  readonly denominator?: FractionalPercent_DenominatorType;
}

/** `envoy.type.v3.FractionalPercent.DenominatorType` */
export type FractionalPercent_DenominatorType = 'HUNDRED' | 'TEN_THOUSAND' | 'MILLION';

/** `envoy.type.v3.Int32Range` */
export interface Int32Range {
  readonly start?: number;
  readonly end?: number;
}

/** `envoy.type.v3.Int64Range` */
export interface Int64Range {
  readonly start?: number | string;
  readonly end?: number | string;
}

/** `envoy.type.v3.Percent` */
export interface Percent {
  readonly value?: number;
}

/** `envoy.type.v3.RateLimitUnit` */
export type RateLimitUnit = 'UNKNOWN' | 'SECOND' | 'MINUTE' | 'HOUR' | 'DAY' | 'MONTH' | 'YEAR';

/** `envoy.type.v3.SemanticVersion` */
export interface SemanticVersion {
  readonly major_number?: number;
  readonly minor_number?: number;
  readonly patch?: number;
}

/** `xds.core.v3.Authority` */
export interface XdsAuthority {
  readonly name?: string;
}

/** `xds.core.v3.CidrRange` */
export interface XdsCidrRange {
  readonly address_prefix?: string;
  readonly prefix_len?: number;
}

/** `xds.core.v3.ContextParams` */
export interface XdsContextParams {
  readonly params?: Readonly<Record<string, string>>;
}

/** `xds.core.v3.TypedExtensionConfig` */
export interface XdsTypedExtensionConfig {
  readonly name?: string;
  readonly typed_config?: AnyJson;
}

/** `xds.type.matcher.v3.Matcher` */
export interface XdsMatcher {
  readonly matcher_list?: XdsMatcher_MatcherList;
  readonly matcher_tree?: XdsMatcher_MatcherTree;
  readonly on_no_match?: XdsMatcher_OnMatch;
}

/** `xds.type.matcher.v3.Matcher.MatcherList` */
export interface XdsMatcher_MatcherList {
  readonly matchers?: ReadonlyArray<XdsMatcher_MatcherList_FieldMatcher>;
}

/** `xds.type.matcher.v3.Matcher.MatcherList.FieldMatcher` */
export interface XdsMatcher_MatcherList_FieldMatcher {
  readonly predicate?: XdsMatcher_MatcherList_Predicate;
  readonly on_match?: XdsMatcher_OnMatch;
}

/** `xds.type.matcher.v3.Matcher.MatcherList.Predicate` */
export interface XdsMatcher_MatcherList_Predicate {
  readonly single_predicate?: XdsMatcher_MatcherList_Predicate_SinglePredicate;
  readonly or_matcher?: XdsMatcher_MatcherList_Predicate_PredicateList;
  readonly and_matcher?: XdsMatcher_MatcherList_Predicate_PredicateList;
  readonly not_matcher?: XdsMatcher_MatcherList_Predicate;
}

/** `xds.type.matcher.v3.Matcher.MatcherList.Predicate.PredicateList` */
export interface XdsMatcher_MatcherList_Predicate_PredicateList {
  readonly predicate?: ReadonlyArray<XdsMatcher_MatcherList_Predicate>;
}

/** `xds.type.matcher.v3.Matcher.MatcherList.Predicate.SinglePredicate` */
export interface XdsMatcher_MatcherList_Predicate_SinglePredicate {
  readonly input?: XdsTypedExtensionConfig;
  readonly value_match?: XdsStringMatcher;
  readonly custom_match?: XdsTypedExtensionConfig;
}

/** `xds.type.matcher.v3.Matcher.MatcherTree` */
export interface XdsMatcher_MatcherTree {
  readonly input?: XdsTypedExtensionConfig;
  readonly exact_match_map?: XdsMatcher_MatcherTree_MatchMap;
  readonly prefix_match_map?: XdsMatcher_MatcherTree_MatchMap;
  readonly custom_match?: XdsTypedExtensionConfig;
}

/** `xds.type.matcher.v3.Matcher.MatcherTree.MatchMap` */
export interface XdsMatcher_MatcherTree_MatchMap {
  readonly map?: Readonly<Record<string, XdsMatcher_OnMatch>>;
}

/** `xds.type.matcher.v3.Matcher.OnMatch` */
export interface XdsMatcher_OnMatch {
  readonly matcher?: XdsMatcher;
  readonly action?: XdsTypedExtensionConfig;
  readonly keep_matching?: boolean;
}

/** `xds.type.matcher.v3.RegexMatcher` */
export interface XdsRegexMatcher {
  readonly google_re2?: XdsRegexMatcher_GoogleRE2;
  readonly regex?: string;
}

/** `xds.type.matcher.v3.RegexMatcher.GoogleRE2` */
export interface XdsRegexMatcher_GoogleRE2 {}

/** `xds.type.matcher.v3.StringMatcher` */
export interface XdsStringMatcher {
  readonly exact?: string;
  readonly prefix?: string;
  readonly suffix?: string;
  readonly safe_regex?: XdsRegexMatcher;
  readonly contains?: string;
  readonly ignore_case?: boolean;
  readonly custom?: XdsTypedExtensionConfig;
}

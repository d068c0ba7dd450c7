/**
 * The API types of Kubernetes 1.36, one a line: `Name field:type...`. Written by generate.ts; do not edit.
 *
 * `[x]` list, `{x}` map; after the type `@key` strategic merge by key (bare `@`: list of primitives that merges),
 * `#a,b` keys of an apply list (bare `#`: set), `~` retainKeys.
 */
export const typeLines = `
AWSElasticBlockStoreVolumeSource fsType:string partition:int32 readOnly:boolean volumeID:string
Affinity nodeAffinity:NodeAffinity podAffinity:PodAffinity podAntiAffinity:PodAntiAffinity
AggregationRule clusterRoleSelectors:[LabelSelector]
AppArmorProfile localhostProfile:string type:string(Localhost|RuntimeDefault|Unconfined)
AttachedVolume devicePath:string name:string
AuditAnnotation key:string valueExpression:string
AzureDiskVolumeSource cachingMode:string(None|ReadOnly|ReadWrite) diskName:string diskURI:string fsType:string kind:string(Dedicated|Managed|Shared) readOnly:boolean
AzureFilePersistentVolumeSource readOnly:boolean secretName:string secretNamespace:string shareName:string
AzureFileVolumeSource readOnly:boolean secretName:string shareName:string
CSIPersistentVolumeSource controllerExpandSecretRef:SecretReference controllerPublishSecretRef:SecretReference driver:string fsType:string nodeExpandSecretRef:SecretReference nodePublishSecretRef:SecretReference nodeStageSecretRef:SecretReference readOnly:boolean volumeAttributes:{string} volumeHandle:string
CSIVolumeSource driver:string fsType:string nodePublishSecretRef:LocalObjectReference readOnly:boolean volumeAttributes:{string}
Capabilities add:[string] drop:[string]
CephFSPersistentVolumeSource monitors:[string] path:string readOnly:boolean secretFile:string secretRef:SecretReference user:string
CephFSVolumeSource monitors:[string] path:string readOnly:boolean secretFile:string secretRef:LocalObjectReference user:string
CinderPersistentVolumeSource fsType:string readOnly:boolean secretRef:SecretReference volumeID:string
CinderVolumeSource fsType:string readOnly:boolean secretRef:LocalObjectReference volumeID:string
ClientIPConfig timeoutSeconds:int32
ClusterTrustBundleProjection labelSelector:LabelSelector name:string optional:boolean path:string signerName:string
Condition lastTransitionTime:time message:string observedGeneration:int64 reason:string status:string type:string
ConfigMapEnvSource name:string optional:boolean
ConfigMapKeySelector key:string name:string optional:boolean
ConfigMapNodeConfigSource kubeletConfigKey:string name:string namespace:string resourceVersion:string uid:string
ConfigMapProjection items:[KeyToPath] name:string optional:boolean
ConfigMapVolumeSource defaultMode:int32 items:[KeyToPath] name:string optional:boolean
Container args:[string] command:[string] env:[EnvVar]@name#name envFrom:[EnvFromSource] image:string imagePullPolicy:string(Always|IfNotPresent|Never) lifecycle:Lifecycle livenessProbe:Probe name:string ports:[ContainerPort]@containerPort#containerPort,protocol readinessProbe:Probe resizePolicy:[ContainerResizePolicy] resources:ResourceRequirements restartPolicy:string restartPolicyRules:[ContainerRestartRule] securityContext:SecurityContext startupProbe:Probe stdin:boolean stdinOnce:boolean terminationMessagePath:string terminationMessagePolicy:string(FallbackToLogsOnError|File) tty:boolean volumeDevices:[VolumeDevice]@devicePath#devicePath volumeMounts:[VolumeMount]@mountPath#mountPath workingDir:string
ContainerExtendedResourceRequest containerName:string requestName:string resourceName:string
ContainerImage names:[string] sizeBytes:int64
ContainerPort containerPort:int32 hostIP:string hostPort:int32 name:string protocol:string(SCTP|TCP|UDP)
ContainerResizePolicy resourceName:string restartPolicy:string
ContainerResourceMetricSource container:string name:string target:MetricTarget
ContainerResourceMetricStatus container:string current:MetricValueStatus name:string
ContainerRestartRule action:string exitCodes:ContainerRestartRuleOnExitCodes
ContainerRestartRuleOnExitCodes operator:string values:[int32]#
ContainerState running:ContainerStateRunning terminated:ContainerStateTerminated waiting:ContainerStateWaiting
ContainerStateRunning startedAt:time
ContainerStateTerminated containerID:string exitCode:int32 finishedAt:time message:string reason:string signal:int32 startedAt:time
ContainerStateWaiting message:string reason:string
ContainerStatus allocatedResources:{quantity} allocatedResourcesStatus:[ResourceStatus]@name#name containerID:string image:string imageID:string lastState:ContainerState name:string ready:boolean resources:ResourceRequirements restartCount:int32 started:boolean state:ContainerState stopSignal:string(SIGABRT|SIGALRM|SIGBUS|SIGCHLD|SIGCLD|SIGCONT|SIGFPE|SIGHUP|SIGILL|SIGINT|SIGIO|SIGIOT|SIGKILL|SIGPIPE|SIGPOLL|SIGPROF|SIGPWR|SIGQUIT|SIGRTMAX|SIGRTMAX-1|SIGRTMAX-10|SIGRTMAX-11|SIGRTMAX-12|SIGRTMAX-13|SIGRTMAX-14|SIGRTMAX-2|SIGRTMAX-3|SIGRTMAX-4|SIGRTMAX-5|SIGRTMAX-6|SIGRTMAX-7|SIGRTMAX-8|SIGRTMAX-9|SIGRTMIN|SIGRTMIN+1|SIGRTMIN+10|SIGRTMIN+11|SIGRTMIN+12|SIGRTMIN+13|SIGRTMIN+14|SIGRTMIN+15|SIGRTMIN+2|SIGRTMIN+3|SIGRTMIN+4|SIGRTMIN+5|SIGRTMIN+6|SIGRTMIN+7|SIGRTMIN+8|SIGRTMIN+9|SIGSEGV|SIGSTKFLT|SIGSTOP|SIGSYS|SIGTERM|SIGTRAP|SIGTSTP|SIGTTIN|SIGTTOU|SIGURG|SIGUSR1|SIGUSR2|SIGVTALRM|SIGWINCH|SIGXCPU|SIGXFSZ) user:ContainerUser volumeMounts:[VolumeMountStatus]@mountPath#mountPath
ContainerUser linux:LinuxContainerUser
CronJobSpec concurrencyPolicy:string(Allow|Forbid|Replace) failedJobsHistoryLimit:int32 jobTemplate:JobTemplateSpec schedule:string startingDeadlineSeconds:int64 successfulJobsHistoryLimit:int32 suspend:boolean timeZone:string
CronJobStatus active:[ObjectReference] lastScheduleTime:time lastSuccessfulTime:time
CrossVersionObjectReference apiVersion:string kind:string name:string
DaemonEndpoint Port:int32
DaemonSetCondition lastTransitionTime:time message:string reason:string status:string type:string
DaemonSetSpec minReadySeconds:int32 revisionHistoryLimit:int32 selector:LabelSelector template:PodTemplateSpec updateStrategy:DaemonSetUpdateStrategy
DaemonSetStatus collisionCount:int32 conditions:[DaemonSetCondition]@type#type currentNumberScheduled:int32 desiredNumberScheduled:int32 numberAvailable:int32 numberMisscheduled:int32 numberReady:int32 numberUnavailable:int32 observedGeneration:int64 updatedNumberScheduled:int32
DaemonSetUpdateStrategy rollingUpdate:RollingUpdateDaemonSet type:string(OnDelete|RollingUpdate)
DeploymentCondition lastTransitionTime:time lastUpdateTime:time message:string reason:string status:string type:string
DeploymentSpec minReadySeconds:int32 paused:boolean progressDeadlineSeconds:int32 replicas:int32 revisionHistoryLimit:int32 selector:LabelSelector strategy:DeploymentStrategy~ template:PodTemplateSpec
DeploymentStatus availableReplicas:int32 collisionCount:int32 conditions:[DeploymentCondition]@type#type observedGeneration:int64 readyReplicas:int32 replicas:int32 terminatingReplicas:int32 unavailableReplicas:int32 updatedReplicas:int32
DeploymentStrategy rollingUpdate:RollingUpdateDeployment type:string(Recreate|RollingUpdate)
DownwardAPIProjection items:[DownwardAPIVolumeFile]
DownwardAPIVolumeFile fieldRef:ObjectFieldSelector mode:int32 path:string resourceFieldRef:ResourceFieldSelector
DownwardAPIVolumeSource defaultMode:int32 items:[DownwardAPIVolumeFile]
EmptyDirVolumeSource medium:string sizeLimit:quantity
Endpoint addresses:[string]# conditions:EndpointConditions deprecatedTopology:{string} hints:EndpointHints hostname:string nodeName:string targetRef:ObjectReference zone:string
EndpointAddress hostname:string ip:string nodeName:string targetRef:ObjectReference
EndpointConditions ready:boolean serving:boolean terminating:boolean
EndpointHints forNodes:[ForNode] forZones:[ForZone]
EndpointPort appProtocol:string name:string port:int32 protocol:string(SCTP|TCP|UDP)
EndpointSubset addresses:[EndpointAddress] notReadyAddresses:[EndpointAddress] ports:[core.v1.EndpointPort]
EnvFromSource configMapRef:ConfigMapEnvSource prefix:string secretRef:SecretEnvSource
EnvVar name:string value:string valueFrom:EnvVarSource
EnvVarSource configMapKeyRef:ConfigMapKeySelector fieldRef:ObjectFieldSelector fileKeyRef:FileKeySelector resourceFieldRef:ResourceFieldSelector secretKeyRef:SecretKeySelector
EphemeralContainer args:[string] command:[string] env:[EnvVar]@name#name envFrom:[EnvFromSource] image:string imagePullPolicy:string(Always|IfNotPresent|Never) lifecycle:Lifecycle livenessProbe:Probe name:string ports:[ContainerPort]@containerPort#containerPort,protocol readinessProbe:Probe resizePolicy:[ContainerResizePolicy] resources:ResourceRequirements restartPolicy:string restartPolicyRules:[ContainerRestartRule] securityContext:SecurityContext startupProbe:Probe stdin:boolean stdinOnce:boolean targetContainerName:string terminationMessagePath:string terminationMessagePolicy:string(FallbackToLogsOnError|File) tty:boolean volumeDevices:[VolumeDevice]@devicePath#devicePath volumeMounts:[VolumeMount]@mountPath#mountPath workingDir:string
EphemeralVolumeSource volumeClaimTemplate:PersistentVolumeClaimTemplate
EventSeries count:int32 lastObservedTime:microTime
EventSource component:string host:string
ExecAction command:[string]
ExpressionWarning fieldRef:string warning:string
ExternalMetricSource metric:MetricIdentifier target:MetricTarget
ExternalMetricStatus current:MetricValueStatus metric:MetricIdentifier
FCVolumeSource fsType:string lun:int32 readOnly:boolean targetWWNs:[string] wwids:[string]
FieldSelectorAttributes rawSelector:string requirements:[FieldSelectorRequirement]
FieldSelectorRequirement key:string operator:string values:[string]
FileKeySelector key:string optional:boolean path:string volumeName:string
FlexPersistentVolumeSource driver:string fsType:string options:{string} readOnly:boolean secretRef:SecretReference
FlexVolumeSource driver:string fsType:string options:{string} readOnly:boolean secretRef:LocalObjectReference
FlockerVolumeSource datasetName:string datasetUUID:string
ForNode name:string
ForZone name:string
GCEPersistentDiskVolumeSource fsType:string partition:int32 pdName:string readOnly:boolean
GRPCAction port:int32 service:string
GitRepoVolumeSource directory:string repository:string revision:string
GlusterfsPersistentVolumeSource endpoints:string endpointsNamespace:string path:string readOnly:boolean
GlusterfsVolumeSource endpoints:string path:string readOnly:boolean
HPAScalingPolicy periodSeconds:int32 type:string value:int32
HPAScalingRules policies:[HPAScalingPolicy] selectPolicy:string stabilizationWindowSeconds:int32 tolerance:quantity
HTTPGetAction host:string httpHeaders:[HTTPHeader] path:string port:intOrString scheme:string(HTTP|HTTPS)
HTTPHeader name:string value:string
HTTPIngressPath backend:IngressBackend path:string pathType:string(Exact|ImplementationSpecific|Prefix)
HTTPIngressRuleValue paths:[HTTPIngressPath]
HorizontalPodAutoscalerBehavior scaleDown:HPAScalingRules scaleUp:HPAScalingRules
HorizontalPodAutoscalerCondition lastTransitionTime:time message:string reason:string status:string type:string
HorizontalPodAutoscalerSpec behavior:HorizontalPodAutoscalerBehavior maxReplicas:int32 metrics:[MetricSpec] minReplicas:int32 scaleTargetRef:CrossVersionObjectReference
HorizontalPodAutoscalerStatus conditions:[HorizontalPodAutoscalerCondition]@type#type currentMetrics:[MetricStatus] currentReplicas:int32 desiredReplicas:int32 lastScaleTime:time observedGeneration:int64
HostAlias hostnames:[string] ip:string
HostIP ip:string
HostPathVolumeSource path:string type:string(|BlockDevice|CharDevice|Directory|DirectoryOrCreate|File|FileOrCreate|Socket)
IPBlock cidr:string except:[string]
ISCSIPersistentVolumeSource chapAuthDiscovery:boolean chapAuthSession:boolean fsType:string initiatorName:string iqn:string iscsiInterface:string lun:int32 portals:[string] readOnly:boolean secretRef:SecretReference targetPortal:string
ISCSIVolumeSource chapAuthDiscovery:boolean chapAuthSession:boolean fsType:string initiatorName:string iqn:string iscsiInterface:string lun:int32 portals:[string] readOnly:boolean secretRef:LocalObjectReference targetPortal:string
ImageVolumeSource pullPolicy:string(Always|IfNotPresent|Never) reference:string
ImageVolumeStatus imageRef:string
IngressBackend resource:TypedLocalObjectReference service:IngressServiceBackend
IngressClassParametersReference apiGroup:string kind:string name:string namespace:string scope:string
IngressClassSpec controller:string parameters:IngressClassParametersReference
IngressLoadBalancerIngress hostname:string ip:string ports:[IngressPortStatus]
IngressLoadBalancerStatus ingress:[IngressLoadBalancerIngress]
IngressPortStatus error:string port:int32 protocol:string(SCTP|TCP|UDP)
IngressRule host:string http:HTTPIngressRuleValue
IngressServiceBackend name:string port:ServiceBackendPort
IngressSpec defaultBackend:IngressBackend ingressClassName:string rules:[IngressRule] tls:[IngressTLS]
IngressStatus loadBalancer:IngressLoadBalancerStatus
IngressTLS hosts:[string] secretName:string
JobCondition lastProbeTime:time lastTransitionTime:time message:string reason:string status:string type:string
JobSpec activeDeadlineSeconds:int64 backoffLimit:int32 backoffLimitPerIndex:int32 completionMode:string(Indexed|NonIndexed) completions:int32 managedBy:string manualSelector:boolean maxFailedIndexes:int32 parallelism:int32 podFailurePolicy:PodFailurePolicy podReplacementPolicy:string(Failed|TerminatingOrFailed) selector:LabelSelector successPolicy:SuccessPolicy suspend:boolean template:PodTemplateSpec ttlSecondsAfterFinished:int32
JobStatus active:int32 completedIndexes:string completionTime:time conditions:[JobCondition]@type failed:int32 failedIndexes:string ready:int32 startTime:time succeeded:int32 terminating:int32 uncountedTerminatedPods:UncountedTerminatedPods
JobTemplateSpec metadata:ObjectMeta spec:JobSpec
KeyToPath key:string mode:int32 path:string
LabelSelector matchExpressions:[LabelSelectorRequirement] matchLabels:{string}
LabelSelectorAttributes rawSelector:string requirements:[LabelSelectorRequirement]
LabelSelectorRequirement key:string operator:string values:[string]
LeaseSpec acquireTime:microTime holderIdentity:string leaseDurationSeconds:int32 leaseTransitions:int32 preferredHolder:string renewTime:microTime strategy:string
Lifecycle postStart:LifecycleHandler preStop:LifecycleHandler stopSignal:string(SIGABRT|SIGALRM|SIGBUS|SIGCHLD|SIGCLD|SIGCONT|SIGFPE|SIGHUP|SIGILL|SIGINT|SIGIO|SIGIOT|SIGKILL|SIGPIPE|SIGPOLL|SIGPROF|SIGPWR|SIGQUIT|SIGRTMAX|SIGRTMAX-1|SIGRTMAX-10|SIGRTMAX-11|SIGRTMAX-12|SIGRTMAX-13|SIGRTMAX-14|SIGRTMAX-2|SIGRTMAX-3|SIGRTMAX-4|SIGRTMAX-5|SIGRTMAX-6|SIGRTMAX-7|SIGRTMAX-8|SIGRTMAX-9|SIGRTMIN|SIGRTMIN+1|SIGRTMIN+10|SIGRTMIN+11|SIGRTMIN+12|SIGRTMIN+13|SIGRTMIN+14|SIGRTMIN+15|SIGRTMIN+2|SIGRTMIN+3|SIGRTMIN+4|SIGRTMIN+5|SIGRTMIN+6|SIGRTMIN+7|SIGRTMIN+8|SIGRTMIN+9|SIGSEGV|SIGSTKFLT|SIGSTOP|SIGSYS|SIGTERM|SIGTRAP|SIGTSTP|SIGTTIN|SIGTTOU|SIGURG|SIGUSR1|SIGUSR2|SIGVTALRM|SIGWINCH|SIGXCPU|SIGXFSZ)
LifecycleHandler exec:ExecAction httpGet:HTTPGetAction sleep:SleepAction tcpSocket:TCPSocketAction
LimitRangeItem default:{quantity} defaultRequest:{quantity} max:{quantity} maxLimitRequestRatio:{quantity} min:{quantity} type:string
LimitRangeSpec limits:[LimitRangeItem]
LinuxContainerUser gid:int64 supplementalGroups:[int64] uid:int64
LoadBalancerIngress hostname:string ip:string ipMode:string ports:[PortStatus]
LoadBalancerStatus ingress:[LoadBalancerIngress]
LocalObjectReference name:string
LocalVolumeSource fsType:string path:string
ManagedFieldsEntry apiVersion:string fieldsType:string fieldsV1:any manager:string operation:string subresource:string time:time
MatchCondition expression:string name:string
MatchResources excludeResourceRules:[NamedRuleWithOperations] matchPolicy:string(Equivalent|Exact) namespaceSelector:LabelSelector objectSelector:LabelSelector resourceRules:[NamedRuleWithOperations]
MetricIdentifier name:string selector:LabelSelector
MetricSpec containerResource:ContainerResourceMetricSource external:ExternalMetricSource object:ObjectMetricSource pods:PodsMetricSource resource:ResourceMetricSource type:string
MetricStatus containerResource:ContainerResourceMetricStatus external:ExternalMetricStatus object:ObjectMetricStatus pods:PodsMetricStatus resource:ResourceMetricStatus type:string
MetricTarget averageUtilization:int32 averageValue:quantity type:string value:quantity
MetricValueStatus averageUtilization:int32 averageValue:quantity value:quantity
ModifyVolumeStatus status:string(InProgress|Infeasible|Pending) targetVolumeAttributesClassName:string
MutatingWebhook admissionReviewVersions:[string] clientConfig:WebhookClientConfig failurePolicy:string(Fail|Ignore) matchConditions:[MatchCondition]@name#name matchPolicy:string(Equivalent|Exact) name:string namespaceSelector:LabelSelector objectSelector:LabelSelector reinvocationPolicy:string(IfNeeded|Never) rules:[RuleWithOperations] sideEffects:string(None|NoneOnDryRun|Some|Unknown) timeoutSeconds:int32
NFSVolumeSource path:string readOnly:boolean server:string
NamedRuleWithOperations apiGroups:[string] apiVersions:[string] operations:[string(*|CONNECT|CREATE|DELETE|UPDATE)] resourceNames:[string] resources:[string] scope:string(*|Cluster|Namespaced)
NamespaceCondition lastTransitionTime:time message:string reason:string status:string type:string
NamespaceSpec finalizers:[string]
NamespaceStatus conditions:[NamespaceCondition]@type#type phase:string(Active|Terminating)
NetworkPolicyEgressRule ports:[NetworkPolicyPort] to:[NetworkPolicyPeer]
NetworkPolicyIngressRule from:[NetworkPolicyPeer] ports:[NetworkPolicyPort]
NetworkPolicyPeer ipBlock:IPBlock namespaceSelector:LabelSelector podSelector:LabelSelector
NetworkPolicyPort endPort:int32 port:intOrString protocol:string(SCTP|TCP|UDP)
NetworkPolicySpec egress:[NetworkPolicyEgressRule] ingress:[NetworkPolicyIngressRule] podSelector:LabelSelector policyTypes:[string(Egress|Ingress)]
NodeAddress address:string type:string
NodeAffinity preferredDuringSchedulingIgnoredDuringExecution:[PreferredSchedulingTerm] requiredDuringSchedulingIgnoredDuringExecution:NodeSelector
NodeAllocatableResourceClaimStatus containers:[string]# resourceClaimName:string resources:{quantity}
NodeCondition lastHeartbeatTime:time lastTransitionTime:time message:string reason:string status:string type:string
NodeConfigSource configMap:ConfigMapNodeConfigSource
NodeConfigStatus active:NodeConfigSource assigned:NodeConfigSource error:string lastKnownGood:NodeConfigSource
NodeDaemonEndpoints kubeletEndpoint:DaemonEndpoint
NodeFeatures supplementalGroupsPolicy:boolean
NodeRuntimeHandler features:NodeRuntimeHandlerFeatures name:string
NodeRuntimeHandlerFeatures recursiveReadOnlyMounts:boolean userNamespaces:boolean
NodeSelector nodeSelectorTerms:[NodeSelectorTerm]
NodeSelectorRequirement key:string operator:string(DoesNotExist|Exists|Gt|In|Lt|NotIn) values:[string]
NodeSelectorTerm matchExpressions:[NodeSelectorRequirement] matchFields:[NodeSelectorRequirement]
NodeSpec configSource:NodeConfigSource externalID:string podCIDR:string podCIDRs:[string]@# providerID:string taints:[Taint] unschedulable:boolean
NodeStatus addresses:[NodeAddress]@type#type allocatable:{quantity} capacity:{quantity} conditions:[NodeCondition]@type#type config:NodeConfigStatus daemonEndpoints:NodeDaemonEndpoints declaredFeatures:[string] features:NodeFeatures images:[ContainerImage] nodeInfo:NodeSystemInfo phase:string(Pending|Running|Terminated) runtimeHandlers:[NodeRuntimeHandler] volumesAttached:[AttachedVolume] volumesInUse:[string]
NodeSwapStatus capacity:int64
NodeSystemInfo architecture:string bootID:string containerRuntimeVersion:string kernelVersion:string kubeProxyVersion:string kubeletVersion:string machineID:string operatingSystem:string osImage:string swap:NodeSwapStatus systemUUID:string
NonResourceAttributes path:string verb:string
NonResourceRule nonResourceURLs:[string] verbs:[string]
ObjectFieldSelector apiVersion:string fieldPath:string
ObjectMeta annotations:{string} creationTimestamp:time deletionGracePeriodSeconds:int64 deletionTimestamp:time finalizers:[string]@# generateName:string generation:int64 labels:{string} managedFields:[ManagedFieldsEntry] name:string namespace:string ownerReferences:[OwnerReference]@uid#uid resourceVersion:string selfLink:string uid:string
ObjectMetricSource describedObject:CrossVersionObjectReference metric:MetricIdentifier target:MetricTarget
ObjectMetricStatus current:MetricValueStatus describedObject:CrossVersionObjectReference metric:MetricIdentifier
ObjectReference apiVersion:string fieldPath:string kind:string name:string namespace:string resourceVersion:string uid:string
OwnerReference apiVersion:string blockOwnerDeletion:boolean controller:boolean kind:string name:string uid:string
ParamKind apiVersion:string kind:string
ParamRef name:string namespace:string parameterNotFoundAction:string selector:LabelSelector
PersistentVolumeClaimCondition lastProbeTime:time lastTransitionTime:time message:string reason:string status:string type:string
PersistentVolumeClaimSpec accessModes:[string(ReadOnlyMany|ReadWriteMany|ReadWriteOnce|ReadWriteOncePod)] dataSource:TypedLocalObjectReference dataSourceRef:TypedObjectReference resources:VolumeResourceRequirements selector:LabelSelector storageClassName:string volumeAttributesClassName:string volumeMode:string(Block|Filesystem) volumeName:string
PersistentVolumeClaimStatus accessModes:[string(ReadOnlyMany|ReadWriteMany|ReadWriteOnce|ReadWriteOncePod)] allocatedResourceStatuses:{string(ControllerResizeInProgress|ControllerResizeInfeasible|NodeResizeInProgress|NodeResizeInfeasible|NodeResizePending)} allocatedResources:{quantity} capacity:{quantity} conditions:[PersistentVolumeClaimCondition]@type#type currentVolumeAttributesClassName:string modifyVolumeStatus:ModifyVolumeStatus phase:string(Bound|Lost|Pending)
PersistentVolumeClaimTemplate metadata:ObjectMeta spec:PersistentVolumeClaimSpec
PersistentVolumeClaimVolumeSource claimName:string readOnly:boolean
PersistentVolumeSpec accessModes:[string(ReadOnlyMany|ReadWriteMany|ReadWriteOnce|ReadWriteOncePod)] awsElasticBlockStore:AWSElasticBlockStoreVolumeSource azureDisk:AzureDiskVolumeSource azureFile:AzureFilePersistentVolumeSource capacity:{quantity} cephfs:CephFSPersistentVolumeSource cinder:CinderPersistentVolumeSource claimRef:ObjectReference csi:CSIPersistentVolumeSource fc:FCVolumeSource flexVolume:FlexPersistentVolumeSource flocker:FlockerVolumeSource gcePersistentDisk:GCEPersistentDiskVolumeSource glusterfs:GlusterfsPersistentVolumeSource hostPath:HostPathVolumeSource iscsi:ISCSIPersistentVolumeSource local:LocalVolumeSource mountOptions:[string] nfs:NFSVolumeSource nodeAffinity:VolumeNodeAffinity persistentVolumeReclaimPolicy:string(Delete|Recycle|Retain) photonPersistentDisk:PhotonPersistentDiskVolumeSource portworxVolume:PortworxVolumeSource quobyte:QuobyteVolumeSource rbd:RBDPersistentVolumeSource scaleIO:ScaleIOPersistentVolumeSource storageClassName:string storageos:StorageOSPersistentVolumeSource volumeAttributesClassName:string volumeMode:string(Block|Filesystem) vsphereVolume:VsphereVirtualDiskVolumeSource
PersistentVolumeStatus lastPhaseTransitionTime:time message:string phase:string(Available|Bound|Failed|Pending|Released) reason:string
PhotonPersistentDiskVolumeSource fsType:string pdID:string
PodAffinity preferredDuringSchedulingIgnoredDuringExecution:[WeightedPodAffinityTerm] requiredDuringSchedulingIgnoredDuringExecution:[PodAffinityTerm]
PodAffinityTerm labelSelector:LabelSelector matchLabelKeys:[string] mismatchLabelKeys:[string] namespaceSelector:LabelSelector namespaces:[string] topologyKey:string
PodAntiAffinity preferredDuringSchedulingIgnoredDuringExecution:[WeightedPodAffinityTerm] requiredDuringSchedulingIgnoredDuringExecution:[PodAffinityTerm]
PodCertificateProjection certificateChainPath:string credentialBundlePath:string keyPath:string keyType:string maxExpirationSeconds:int32 signerName:string userAnnotations:{string}
PodCondition lastProbeTime:time lastTransitionTime:time message:string observedGeneration:int64 reason:string status:string type:string
PodDNSConfig nameservers:[string] options:[PodDNSConfigOption] searches:[string]
PodDNSConfigOption name:string value:string
PodDisruptionBudgetSpec maxUnavailable:intOrString minAvailable:intOrString selector:LabelSelector unhealthyPodEvictionPolicy:string(AlwaysAllow|IfHealthyBudget)
PodDisruptionBudgetStatus conditions:[Condition]@type#type currentHealthy:int32 desiredHealthy:int32 disruptedPods:{time} disruptionsAllowed:int32 expectedPods:int32 observedGeneration:int64
PodExtendedResourceClaimStatus requestMappings:[ContainerExtendedResourceRequest] resourceClaimName:string
PodFailurePolicy rules:[PodFailurePolicyRule]
PodFailurePolicyOnExitCodesRequirement containerName:string operator:string(In|NotIn) values:[int32]#
PodFailurePolicyOnPodConditionsPattern status:string type:string
PodFailurePolicyRule action:string(Count|FailIndex|FailJob|Ignore) onExitCodes:PodFailurePolicyOnExitCodesRequirement onPodConditions:[PodFailurePolicyOnPodConditionsPattern]
PodIP ip:string
PodOS name:string
PodReadinessGate conditionType:string
PodResourceClaim name:string resourceClaimName:string resourceClaimTemplateName:string
PodResourceClaimStatus name:string resourceClaimName:string
PodSchedulingGate name:string
PodSchedulingGroup podGroupName:string
PodSecurityContext appArmorProfile:AppArmorProfile fsGroup:int64 fsGroupChangePolicy:string(Always|OnRootMismatch) runAsGroup:int64 runAsNonRoot:boolean runAsUser:int64 seLinuxChangePolicy:string seLinuxOptions:SELinuxOptions seccompProfile:SeccompProfile supplementalGroups:[int64] supplementalGroupsPolicy:string(Merge|Strict) sysctls:[Sysctl] windowsOptions:WindowsSecurityContextOptions
PodSpec activeDeadlineSeconds:int64 affinity:Affinity automountServiceAccountToken:boolean containers:[Container]@name#name dnsConfig:PodDNSConfig dnsPolicy:string(ClusterFirst|ClusterFirstWithHostNet|Default|None) enableServiceLinks:boolean ephemeralContainers:[EphemeralContainer]@name#name hostAliases:[HostAlias]@ip#ip hostIPC:boolean hostNetwork:boolean hostPID:boolean hostUsers:boolean hostname:string hostnameOverride:string imagePullSecrets:[LocalObjectReference]@name#name initContainers:[Container]@name#name nodeName:string nodeSelector:{string} os:PodOS overhead:{quantity} preemptionPolicy:string(Never|PreemptLowerPriority) priority:int32 priorityClassName:string readinessGates:[PodReadinessGate] resourceClaims:[PodResourceClaim]@name#name~ resources:ResourceRequirements restartPolicy:string(Always|Never|OnFailure) runtimeClassName:string schedulerName:string schedulingGates:[PodSchedulingGate]@name#name schedulingGroup:PodSchedulingGroup securityContext:PodSecurityContext serviceAccount:string serviceAccountName:string setHostnameAsFQDN:boolean shareProcessNamespace:boolean subdomain:string terminationGracePeriodSeconds:int64 tolerations:[Toleration] topologySpreadConstraints:[TopologySpreadConstraint]@topologyKey#topologyKey,whenUnsatisfiable volumes:[Volume]@name#name~
PodStatus allocatedResources:{quantity} conditions:[PodCondition]@type#type containerStatuses:[ContainerStatus] ephemeralContainerStatuses:[ContainerStatus] extendedResourceClaimStatus:PodExtendedResourceClaimStatus hostIP:string hostIPs:[HostIP]@ip initContainerStatuses:[ContainerStatus] message:string nodeAllocatableResourceClaimStatuses:[NodeAllocatableResourceClaimStatus] nominatedNodeName:string observedGeneration:int64 phase:string(Failed|Pending|Running|Succeeded|Unknown) podIP:string podIPs:[PodIP]@ip#ip qosClass:string(BestEffort|Burstable|Guaranteed) reason:string resize:string resourceClaimStatuses:[PodResourceClaimStatus]@name#name~ resources:ResourceRequirements startTime:time
PodTemplateSpec metadata:ObjectMeta spec:PodSpec
PodsMetricSource metric:MetricIdentifier target:MetricTarget
PodsMetricStatus current:MetricValueStatus metric:MetricIdentifier
PolicyRule apiGroups:[string] nonResourceURLs:[string] resourceNames:[string] resources:[string] verbs:[string]
PortStatus error:string port:int32 protocol:string(SCTP|TCP|UDP)
PortworxVolumeSource fsType:string readOnly:boolean volumeID:string
Preconditions resourceVersion:string uid:string
PreferredSchedulingTerm preference:NodeSelectorTerm weight:int32
Probe exec:ExecAction failureThreshold:int32 grpc:GRPCAction httpGet:HTTPGetAction initialDelaySeconds:int32 periodSeconds:int32 successThreshold:int32 tcpSocket:TCPSocketAction terminationGracePeriodSeconds:int64 timeoutSeconds:int32
ProjectedVolumeSource defaultMode:int32 sources:[VolumeProjection]
QuobyteVolumeSource group:string readOnly:boolean registry:string tenant:string user:string volume:string
RBDPersistentVolumeSource fsType:string image:string keyring:string monitors:[string] pool:string readOnly:boolean secretRef:SecretReference user:string
RBDVolumeSource fsType:string image:string keyring:string monitors:[string] pool:string readOnly:boolean secretRef:LocalObjectReference user:string
ReplicaSetCondition lastTransitionTime:time message:string reason:string status:string type:string
ReplicaSetSpec minReadySeconds:int32 replicas:int32 selector:LabelSelector template:PodTemplateSpec
ReplicaSetStatus availableReplicas:int32 conditions:[ReplicaSetCondition]@type#type fullyLabeledReplicas:int32 observedGeneration:int64 readyReplicas:int32 replicas:int32 terminatingReplicas:int32
ReplicationControllerCondition lastTransitionTime:time message:string reason:string status:string type:string
ReplicationControllerSpec minReadySeconds:int32 replicas:int32 selector:{string} template:PodTemplateSpec
ReplicationControllerStatus availableReplicas:int32 conditions:[ReplicationControllerCondition]@type#type fullyLabeledReplicas:int32 observedGeneration:int64 readyReplicas:int32 replicas:int32
ResourceAttributes fieldSelector:FieldSelectorAttributes group:string labelSelector:LabelSelectorAttributes name:string namespace:string resource:string subresource:string verb:string version:string
ResourceClaim name:string request:string
ResourceFieldSelector containerName:string divisor:quantity resource:string
ResourceHealth health:string message:string resourceID:string
ResourceMetricSource name:string target:MetricTarget
ResourceMetricStatus current:MetricValueStatus name:string
ResourceQuotaSpec hard:{quantity} scopeSelector:ScopeSelector scopes:[string(BestEffort|CrossNamespacePodAffinity|NotBestEffort|NotTerminating|PriorityClass|Terminating|VolumeAttributesClass)]
ResourceQuotaStatus hard:{quantity} used:{quantity}
ResourceRequirements claims:[ResourceClaim]#name limits:{quantity} requests:{quantity}
ResourceRule apiGroups:[string] resourceNames:[string] resources:[string] verbs:[string]
ResourceStatus name:string resources:[ResourceHealth]#resourceID
RoleRef apiGroup:string kind:string name:string
RollingUpdateDaemonSet maxSurge:intOrString maxUnavailable:intOrString
RollingUpdateDeployment maxSurge:intOrString maxUnavailable:intOrString
RollingUpdateStatefulSetStrategy maxUnavailable:intOrString partition:int32
RuleWithOperations apiGroups:[string] apiVersions:[string] operations:[string(*|CONNECT|CREATE|DELETE|UPDATE)] resources:[string] scope:string(*|Cluster|Namespaced)
SELinuxOptions level:string role:string type:string user:string
ScaleIOPersistentVolumeSource fsType:string gateway:string protectionDomain:string readOnly:boolean secretRef:SecretReference sslEnabled:boolean storageMode:string storagePool:string system:string volumeName:string
ScaleIOVolumeSource fsType:string gateway:string protectionDomain:string readOnly:boolean secretRef:LocalObjectReference sslEnabled:boolean storageMode:string storagePool:string system:string volumeName:string
ScaleSpec replicas:int32
ScaleStatus replicas:int32 selector:string
ScopeSelector matchExpressions:[ScopedResourceSelectorRequirement]
ScopedResourceSelectorRequirement operator:string(DoesNotExist|Exists|In|NotIn) scopeName:string(BestEffort|CrossNamespacePodAffinity|NotBestEffort|NotTerminating|PriorityClass|Terminating|VolumeAttributesClass) values:[string]
SeccompProfile localhostProfile:string type:string(Localhost|RuntimeDefault|Unconfined)
SecretEnvSource name:string optional:boolean
SecretKeySelector key:string name:string optional:boolean
SecretProjection items:[KeyToPath] name:string optional:boolean
SecretReference name:string namespace:string
SecretVolumeSource defaultMode:int32 items:[KeyToPath] optional:boolean secretName:string
SecurityContext allowPrivilegeEscalation:boolean appArmorProfile:AppArmorProfile capabilities:Capabilities privileged:boolean procMount:string(Default|Unmasked) readOnlyRootFilesystem:boolean runAsGroup:int64 runAsNonRoot:boolean runAsUser:int64 seLinuxOptions:SELinuxOptions seccompProfile:SeccompProfile windowsOptions:WindowsSecurityContextOptions
SelfSubjectAccessReviewSpec nonResourceAttributes:NonResourceAttributes resourceAttributes:ResourceAttributes
SelfSubjectReviewStatus userInfo:UserInfo
SelfSubjectRulesReviewSpec namespace:string
ServiceAccountTokenProjection audience:string expirationSeconds:int64 path:string
ServiceBackendPort name:string number:int32
ServicePort appProtocol:string name:string nodePort:int32 port:int32 protocol:string(SCTP|TCP|UDP) targetPort:intOrString
ServiceReference name:string namespace:string path:string port:int32
ServiceSpec allocateLoadBalancerNodePorts:boolean clusterIP:string clusterIPs:[string] externalIPs:[string] externalName:string externalTrafficPolicy:string(Cluster|Local) healthCheckNodePort:int32 internalTrafficPolicy:string(Cluster|Local) ipFamilies:[string(|IPv4|IPv6)] ipFamilyPolicy:string(PreferDualStack|RequireDualStack|SingleStack) loadBalancerClass:string loadBalancerIP:string loadBalancerSourceRanges:[string] ports:[ServicePort]@port#port,protocol publishNotReadyAddresses:boolean selector:{string} sessionAffinity:string(ClientIP|None) sessionAffinityConfig:SessionAffinityConfig trafficDistribution:string type:string(ClusterIP|ExternalName|LoadBalancer|NodePort)
ServiceStatus conditions:[Condition]@type#type loadBalancer:LoadBalancerStatus
SessionAffinityConfig clientIP:ClientIPConfig
SleepAction seconds:int64
StatefulSetCondition lastTransitionTime:time message:string reason:string status:string type:string
StatefulSetOrdinals start:int32
StatefulSetPersistentVolumeClaimRetentionPolicy whenDeleted:string whenScaled:string
StatefulSetSpec minReadySeconds:int32 ordinals:StatefulSetOrdinals persistentVolumeClaimRetentionPolicy:StatefulSetPersistentVolumeClaimRetentionPolicy podManagementPolicy:string(OrderedReady|Parallel) replicas:int32 revisionHistoryLimit:int32 selector:LabelSelector serviceName:string template:PodTemplateSpec updateStrategy:StatefulSetUpdateStrategy volumeClaimTemplates:[v1/PersistentVolumeClaim]
StatefulSetStatus availableReplicas:int32 collisionCount:int32 conditions:[StatefulSetCondition]@type#type currentReplicas:int32 currentRevision:string observedGeneration:int64 readyReplicas:int32 replicas:int32 updateRevision:string updatedReplicas:int32
StatefulSetUpdateStrategy rollingUpdate:RollingUpdateStatefulSetStrategy type:string(OnDelete|RollingUpdate)
StorageOSPersistentVolumeSource fsType:string readOnly:boolean secretRef:ObjectReference volumeName:string volumeNamespace:string
StorageOSVolumeSource fsType:string readOnly:boolean secretRef:LocalObjectReference volumeName:string volumeNamespace:string
Subject apiGroup:string kind:string name:string namespace:string
SubjectAccessReviewSpec extra:{[string]} groups:[string] nonResourceAttributes:NonResourceAttributes resourceAttributes:ResourceAttributes uid:string user:string
SubjectAccessReviewStatus allowed:boolean denied:boolean evaluationError:string reason:string
SubjectRulesReviewStatus evaluationError:string incomplete:boolean nonResourceRules:[NonResourceRule] resourceRules:[ResourceRule]
SuccessPolicy rules:[SuccessPolicyRule]
SuccessPolicyRule succeededCount:int32 succeededIndexes:string
Sysctl name:string value:string
TCPSocketAction host:string port:intOrString
Taint effect:string(NoExecute|NoSchedule|PreferNoSchedule) key:string timeAdded:time value:string
Toleration effect:string(NoExecute|NoSchedule|PreferNoSchedule) key:string operator:string(Equal|Exists|Gt|Lt) tolerationSeconds:int64 value:string
TopologySelectorLabelRequirement key:string values:[string]
TopologySelectorTerm matchLabelExpressions:[TopologySelectorLabelRequirement]
TopologySpreadConstraint labelSelector:LabelSelector matchLabelKeys:[string] maxSkew:int32 minDomains:int32 nodeAffinityPolicy:string(Honor|Ignore) nodeTaintsPolicy:string(Honor|Ignore) topologyKey:string whenUnsatisfiable:string(DoNotSchedule|ScheduleAnyway)
TypeChecking expressionWarnings:[ExpressionWarning]
TypedLocalObjectReference apiGroup:string kind:string name:string
TypedObjectReference apiGroup:string kind:string name:string namespace:string
UncountedTerminatedPods failed:[string]# succeeded:[string]#
UserInfo extra:{[string]} groups:[string] uid:string username:string
ValidatingAdmissionPolicyBindingSpec matchResources:MatchResources paramRef:ParamRef policyName:string validationActions:[string(Audit|Deny|Warn)]#
ValidatingAdmissionPolicySpec auditAnnotations:[AuditAnnotation] failurePolicy:string(Fail|Ignore) matchConditions:[MatchCondition]@name#name matchConstraints:MatchResources paramKind:ParamKind validations:[Validation] variables:[Variable]@name#name
ValidatingAdmissionPolicyStatus conditions:[Condition]#type observedGeneration:int64 typeChecking:TypeChecking
ValidatingWebhook admissionReviewVersions:[string] clientConfig:WebhookClientConfig failurePolicy:string(Fail|Ignore) matchConditions:[MatchCondition]@name#name matchPolicy:string(Equivalent|Exact) name:string namespaceSelector:LabelSelector objectSelector:LabelSelector rules:[RuleWithOperations] sideEffects:string(None|NoneOnDryRun|Some|Unknown) timeoutSeconds:int32
Validation expression:string message:string messageExpression:string reason:string
Variable expression:string name:string
Volume awsElasticBlockStore:AWSElasticBlockStoreVolumeSource azureDisk:AzureDiskVolumeSource azureFile:AzureFileVolumeSource cephfs:CephFSVolumeSource cinder:CinderVolumeSource configMap:ConfigMapVolumeSource csi:CSIVolumeSource downwardAPI:DownwardAPIVolumeSource emptyDir:EmptyDirVolumeSource ephemeral:EphemeralVolumeSource fc:FCVolumeSource flexVolume:FlexVolumeSource flocker:FlockerVolumeSource gcePersistentDisk:GCEPersistentDiskVolumeSource gitRepo:GitRepoVolumeSource glusterfs:GlusterfsVolumeSource hostPath:HostPathVolumeSource image:ImageVolumeSource iscsi:ISCSIVolumeSource name:string nfs:NFSVolumeSource persistentVolumeClaim:PersistentVolumeClaimVolumeSource photonPersistentDisk:PhotonPersistentDiskVolumeSource portworxVolume:PortworxVolumeSource projected:ProjectedVolumeSource quobyte:QuobyteVolumeSource rbd:RBDVolumeSource scaleIO:ScaleIOVolumeSource secret:SecretVolumeSource storageos:StorageOSVolumeSource vsphereVolume:VsphereVirtualDiskVolumeSource
VolumeDevice devicePath:string name:string
VolumeMount mountPath:string mountPropagation:string(Bidirectional|HostToContainer|None) name:string readOnly:boolean recursiveReadOnly:string subPath:string subPathExpr:string
VolumeMountStatus mountPath:string name:string readOnly:boolean recursiveReadOnly:string volumeStatus:VolumeStatus
VolumeNodeAffinity required:NodeSelector
VolumeProjection clusterTrustBundle:ClusterTrustBundleProjection configMap:ConfigMapProjection downwardAPI:DownwardAPIProjection podCertificate:PodCertificateProjection secret:SecretProjection serviceAccountToken:ServiceAccountTokenProjection
VolumeResourceRequirements limits:{quantity} requests:{quantity}
VolumeStatus image:ImageVolumeStatus
VsphereVirtualDiskVolumeSource fsType:string storagePolicyID:string storagePolicyName:string volumePath:string
WebhookClientConfig caBundle:bytes service:ServiceReference url:string
WeightedPodAffinityTerm podAffinityTerm:PodAffinityTerm weight:int32
WindowsSecurityContextOptions gmsaCredentialSpec:string gmsaCredentialSpecName:string hostProcess:boolean runAsUserName:string
admissionregistration.k8s.io/v1/MutatingWebhookConfiguration apiVersion:string kind:string metadata:ObjectMeta webhooks:[MutatingWebhook]@name#name
admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy apiVersion:string kind:string metadata:ObjectMeta spec:ValidatingAdmissionPolicySpec status:ValidatingAdmissionPolicyStatus
admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding apiVersion:string kind:string metadata:ObjectMeta spec:ValidatingAdmissionPolicyBindingSpec
admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration apiVersion:string kind:string metadata:ObjectMeta webhooks:[ValidatingWebhook]@name#name
apps/v1/ControllerRevision apiVersion:string data:any kind:string metadata:ObjectMeta revision:int64
apps/v1/DaemonSet apiVersion:string kind:string metadata:ObjectMeta spec:DaemonSetSpec status:DaemonSetStatus
apps/v1/Deployment apiVersion:string kind:string metadata:ObjectMeta spec:DeploymentSpec status:DeploymentStatus
apps/v1/ReplicaSet apiVersion:string kind:string metadata:ObjectMeta spec:ReplicaSetSpec status:ReplicaSetStatus
apps/v1/StatefulSet apiVersion:string kind:string metadata:ObjectMeta spec:StatefulSetSpec status:StatefulSetStatus
authentication.k8s.io/v1/SelfSubjectReview apiVersion:string kind:string metadata:ObjectMeta status:SelfSubjectReviewStatus
authorization.k8s.io/v1/LocalSubjectAccessReview apiVersion:string kind:string metadata:ObjectMeta spec:SubjectAccessReviewSpec status:SubjectAccessReviewStatus
authorization.k8s.io/v1/SelfSubjectAccessReview apiVersion:string kind:string metadata:ObjectMeta spec:SelfSubjectAccessReviewSpec status:SubjectAccessReviewStatus
authorization.k8s.io/v1/SelfSubjectRulesReview apiVersion:string kind:string metadata:ObjectMeta spec:SelfSubjectRulesReviewSpec status:SubjectRulesReviewStatus
authorization.k8s.io/v1/SubjectAccessReview apiVersion:string kind:string metadata:ObjectMeta spec:SubjectAccessReviewSpec status:SubjectAccessReviewStatus
autoscaling/v1/Scale apiVersion:string kind:string metadata:ObjectMeta spec:ScaleSpec status:ScaleStatus
autoscaling/v2/HorizontalPodAutoscaler apiVersion:string kind:string metadata:ObjectMeta spec:HorizontalPodAutoscalerSpec status:HorizontalPodAutoscalerStatus
batch/v1/CronJob apiVersion:string kind:string metadata:ObjectMeta spec:CronJobSpec status:CronJobStatus
batch/v1/Job apiVersion:string kind:string metadata:ObjectMeta spec:JobSpec status:JobStatus
coordination.k8s.io/v1/Lease apiVersion:string kind:string metadata:ObjectMeta spec:LeaseSpec
core.v1.EndpointPort appProtocol:string name:string port:int32 protocol:string(SCTP|TCP|UDP)
discovery.k8s.io/v1/EndpointSlice addressType:string(FQDN|IPv4|IPv6) apiVersion:string endpoints:[Endpoint] kind:string metadata:ObjectMeta ports:[EndpointPort]
events.k8s.io/v1/Event action:string apiVersion:string deprecatedCount:int32 deprecatedFirstTimestamp:time deprecatedLastTimestamp:time deprecatedSource:EventSource eventTime:microTime kind:string metadata:ObjectMeta note:string reason:string regarding:ObjectReference related:ObjectReference reportingController:string reportingInstance:string series:events.v1.EventSeries type:string
events.v1.EventSeries count:int32 lastObservedTime:microTime
networking.k8s.io/v1/Ingress apiVersion:string kind:string metadata:ObjectMeta spec:IngressSpec status:IngressStatus
networking.k8s.io/v1/IngressClass apiVersion:string kind:string metadata:ObjectMeta spec:IngressClassSpec
networking.k8s.io/v1/NetworkPolicy apiVersion:string kind:string metadata:ObjectMeta spec:NetworkPolicySpec
policy/v1/Eviction apiVersion:string deleteOptions:v1/DeleteOptions kind:string metadata:ObjectMeta
policy/v1/PodDisruptionBudget apiVersion:string kind:string metadata:ObjectMeta spec:PodDisruptionBudgetSpec status:PodDisruptionBudgetStatus
rbac.authorization.k8s.io/v1/ClusterRole aggregationRule:AggregationRule apiVersion:string kind:string metadata:ObjectMeta rules:[PolicyRule]
rbac.authorization.k8s.io/v1/ClusterRoleBinding apiVersion:string kind:string metadata:ObjectMeta roleRef:RoleRef subjects:[Subject]
rbac.authorization.k8s.io/v1/Role apiVersion:string kind:string metadata:ObjectMeta rules:[PolicyRule]
rbac.authorization.k8s.io/v1/RoleBinding apiVersion:string kind:string metadata:ObjectMeta roleRef:RoleRef subjects:[Subject]
storage.k8s.io/v1/StorageClass allowVolumeExpansion:boolean allowedTopologies:[TopologySelectorTerm] apiVersion:string kind:string metadata:ObjectMeta mountOptions:[string] parameters:{string} provisioner:string reclaimPolicy:string(Delete|Recycle|Retain) volumeBindingMode:string(Immediate|WaitForFirstConsumer)
v1/ConfigMap apiVersion:string binaryData:{bytes} data:{string} immutable:boolean kind:string metadata:ObjectMeta
v1/DeleteOptions apiVersion:string dryRun:[string] gracePeriodSeconds:int64 ignoreStoreReadErrorWithClusterBreakingPotential:boolean kind:string orphanDependents:boolean preconditions:Preconditions propagationPolicy:string
v1/Endpoints apiVersion:string kind:string metadata:ObjectMeta subsets:[EndpointSubset]
v1/Event action:string apiVersion:string count:int32 eventTime:microTime firstTimestamp:time involvedObject:ObjectReference kind:string lastTimestamp:time message:string metadata:ObjectMeta reason:string related:ObjectReference reportingComponent:string reportingInstance:string series:EventSeries source:EventSource type:string
v1/LimitRange apiVersion:string kind:string metadata:ObjectMeta spec:LimitRangeSpec
v1/Namespace apiVersion:string kind:string metadata:ObjectMeta spec:NamespaceSpec status:NamespaceStatus
v1/Node apiVersion:string kind:string metadata:ObjectMeta spec:NodeSpec status:NodeStatus
v1/PersistentVolume apiVersion:string kind:string metadata:ObjectMeta spec:PersistentVolumeSpec status:PersistentVolumeStatus
v1/PersistentVolumeClaim apiVersion:string kind:string metadata:ObjectMeta spec:PersistentVolumeClaimSpec status:PersistentVolumeClaimStatus
v1/Pod apiVersion:string kind:string metadata:ObjectMeta spec:PodSpec status:PodStatus
v1/ReplicationController apiVersion:string kind:string metadata:ObjectMeta spec:ReplicationControllerSpec status:ReplicationControllerStatus
v1/ResourceQuota apiVersion:string kind:string metadata:ObjectMeta spec:ResourceQuotaSpec status:ResourceQuotaStatus
v1/Secret apiVersion:string data:{bytes} immutable:boolean kind:string metadata:ObjectMeta stringData:{string} type:string
v1/Service apiVersion:string kind:string metadata:ObjectMeta spec:ServiceSpec status:ServiceStatus
v1/ServiceAccount apiVersion:string automountServiceAccountToken:boolean imagePullSecrets:[LocalObjectReference] kind:string metadata:ObjectMeta secrets:[ObjectReference]@name#name
`;

/** Field and enum numbers of protos/shadowplane/capture.proto. */

export namespace BatchField {
  export const VmId: u32 = 1;
  export const Sequence: u32 = 2;
  export const Role: u32 = 3;
  export const Node: u32 = 4;
  export const Halves: u32 = 5;
  export const Counters: u32 = 6;
  export const SentAtUs: u32 = 7;
}

export namespace CountersField {
  export const Started: u32 = 1;
  export const Captured: u32 = 2;
  export const DroppedOverCapacity: u32 = 3;
  export const BatchesLost: u32 = 4;
  export const HalvesLost: u32 = 5;
}

export namespace HalfField {
  export const ExchangeId: u32 = 1;
  export const Side: u32 = 2;
  export const Mirror: u32 = 3;
  export const Reason: u32 = 4;
  export const Segment: u32 = 5;
  export const Method: u32 = 6;
  export const Path: u32 = 7;
  export const RequestHeaders: u32 = 8;
  export const Status: u32 = 9;
  export const Headers: u32 = 10;
  export const Trailers: u32 = 11;
  export const Body: u32 = 12;
  export const BodyBytes: u32 = 13;
  export const Truncated: u32 = 14;
  export const StartedAtUs: u32 = 15;
  export const HeadersAfterUs: u32 = 16;
  export const LastByteAfterUs: u32 = 17;
  export const LocalReply: u32 = 18;
  export const LocalReplyDetails: u32 = 19;
  export const End: u32 = 20;
  export const WaitedUs: u32 = 21;
}

export namespace BatchRole {
  export const Primary: u32 = 1;
  export const Shadow: u32 = 2;
}

export namespace Side {
  export const Unspecified: u32 = 0;
  export const Primary: u32 = 1;
  export const Candidate: u32 = 2;
  export const Control: u32 = 3;
}

export namespace Reason {
  export const Unspecified: u32 = 0;
  export const Segment: u32 = 1;
  export const Sample: u32 = 2;
}

export namespace End {
  export const Complete: u32 = 1;
  export const Reset: u32 = 2;
  export const Cut: u32 = 3;
}

#pragma once
#include <string>

namespace tocsin {

/// Random UUID, version 4 (RFC 9562), lower case. From the operating system's generator.
std::string random_uuid();
/// 16 random lower-case hex digits: names a request in logs and X-Request-Id.
std::string random_request_id();

}  // namespace tocsin

#pragma once
#include <string>

#include "base/result.hpp"

/// A PostgreSQL of its own for tests: on loopback, on a free port, as an unprivileged user, in a temporary folder, and
/// gone with the process that asked for it, however that ends.
namespace tocsin::store_testing {

/// URL of a maintenance database that tests may create databases beside. TOCSIN_TEST_POSTGRES where set; else a server
/// started once per process. Errors: unavailable with the reason to skip.
Result<std::string> postgres_url();

}  // namespace tocsin::store_testing

#pragma once
#include <chrono>
#include <optional>

#include "portal/app.hpp"
#include "portal/http/message.hpp"

namespace tocsin::portal::pages {

/// Counts an application for membership of this request's address: each is written to the audit log, also where it
/// changes nothing, so one address may send few, by form or by program. How long to wait, or nothing.
std::optional<std::chrono::seconds> application_wait(App& app, const http::Request& request);

}  // namespace tocsin::portal::pages

#pragma once
#include <optional>

#include "base/result.hpp"
#include "domain/four_eyes.hpp"
#include "portal/http/message.hpp"
#include "portal/pages/form.hpp"

/// For pages whose act may want a second person.
namespace tocsin::portal::pages {

/// Where an error says that the act waits: the way to the page on which it does.
std::optional<http::Response> asked_instead(const Error& error);
/// The field `reason`, where this act wants a second person here.
void append_reason(FormMarkup& markup, const http::Request& request, domain::Act act);

}  // namespace tocsin::portal::pages

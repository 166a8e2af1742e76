#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"

/// An answer too large to be held: its body is made piece by piece, as fast as the client takes it. At most one piece
/// is in memory. HTTP/1.1 gets it in chunks, HTTP/1.0 until the connection ends.
namespace tocsin::portal::http {

/// The next piece; nothing: that was all. Asked on the blocking pool, in the language of the request, one call after
/// the other, perhaps on different threads; it must hold nothing of the database in between, and own all that it uses.
/// Not asked any more once the client is gone, the server stops for good, or whoever asked is not the same for the
/// portal any longer (signed out, another role). An error is logged and ends the connection without the last chunk, so
/// that no client takes what it has for the whole.
using Source = std::function<Result<std::optional<std::string>>()>;

/// For Response::body: an empty one that the source follows, as long as the body is held. Such an answer is "no-store",
/// neither compressed nor cached; HEAD gets none of it.
std::shared_ptr<const std::string> body_of(Source source);
/// The source that follows a body; nullptr for every other.
std::shared_ptr<const Source> source_of(const std::shared_ptr<const std::string>& body) noexcept;

}  // namespace tocsin::portal::http

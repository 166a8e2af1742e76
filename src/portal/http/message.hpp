#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/messages.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/policy.hpp"

namespace tocsin::engine::identity {
struct Principal;  // engine/identity/principal.hpp
}

/// Requests and responses as handlers see them: whole, decoded, bounded.
namespace tocsin::portal::http {

enum class Method { get, head, post, put, patch, delete_, options };
std::string_view to_string(Method method) noexcept;

/// Query or form fields in the order they came; names may repeat.
class Fields {
 public:
  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  /// First value, or empty.
  std::string_view get(std::string_view name) const noexcept;
  bool has(std::string_view name) const noexcept;
  std::vector<std::string_view> all(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& list() const noexcept { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// A file of a multipart/form-data body.
struct Upload {
  std::string field;
  std::string name;  ///< As the browser says it: of a stranger, and nowhere a path.
  std::string bytes;
};

/// What the client would rather have. A path under /api/ is always json; elsewhere Accept decides (browsers: html).
enum class Representation { html, json };

struct Request {
  Method method = Method::get;
  std::string path;    ///< Decoded, starts with '/', no "..", no empty segments but a trailing one.
  std::string target;  ///< As it came.
  Fields query;
  std::map<std::string, std::string, std::less<>> parameters;  ///< From the route pattern: {id}.
  std::vector<std::pair<std::string, std::string>> headers;    ///< Names in lower case.
  std::string body;
  std::string remote_address;  ///< Without port.
  std::string request_id;
  bool tls = false;
  /// SHA-256, lower-case hex, of the client certificate that this very connection has proven; else empty. Never from a
  /// header, and not where a proxy stands between.
  std::string client_certificate;
  bool secret_path = false;  ///< Route::secret_path: `path` and `target` go into no log and no link.
  Representation representation = Representation::html;
  Language language = Language::en;  ///< What the answer speaks; decided when the asker is identified.
  /// Fields of an application/x-www-form-urlencoded or multipart/form-data body; read before the handler runs, in
  /// methods that change things.
  Fields form;
  std::vector<Upload> uploads;
  /// Who asks; null for anonymous. From the session's cookie or the token in Authorization.
  std::shared_ptr<const engine::identity::Principal> principal;
  /// Set where Authorization bears a token that is none: nothing is answered then but 401.
  std::string bad_token;
  /// The cookie's value that `principal` was found by; empty without session.
  std::string session_token;
  /// What the policy sees: the principal's viewer, or anonymous.
  domain::policy::Viewer viewer;
  /// Before sign-in: what forms must send back as `csrf`, of the cookie that goes with it.
  std::string form_token;
  bool new_form_token = false;  ///< The answer sets that cookie.
  /// What sets this asker's pages apart from everybody else's: "" for anonymous, else session or token. Part of cache
  /// keys and ETags.
  std::string asker;
  Timestamp now;  ///< One clock reading per request.

  std::string_view header(std::string_view lower_case_name) const noexcept;
  std::string_view parameter(std::string_view name) const noexcept;
  /// Whole number from the query within [min, max]; absent gives `otherwise`. Errors: invalid_input naming the field.
  Result<int> integer(std::string_view name, int otherwise, int min, int max) const;
  /// Errors: invalid_input for a query parameter that is not in `known`, with what was meant.
  Status only_known(std::initializer_list<std::string_view> known) const;
};

struct Response {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;  ///< Beside those the server adds.
  std::string content_type = "text/html; charset=utf-8";
  /// Shared, so that a cached body is written without copying.
  std::shared_ptr<const std::string> body = std::make_shared<const std::string>();
  /// Set by the handler where it has a natural one (document hash); else the server derives it from the body.
  std::string etag;
  std::optional<Timestamp> last_modified;
  /// May the server's response cache keep this for equal viewers while the data stands (generation unchanged)?
  bool cacheable = false;
  /// "public, max-age=..." or "no-store"; default "no-cache" (revalidate by ETag).
  std::string cache_control = "no-cache";

  static Response html(std::string body, int status = 200);
  static Response json(std::string body, int status = 200);
  static Response text(std::string body, int status = 200);
  /// 303 for forms, 308 for moved pages; `location` is a path of our own.
  static Response redirect(std::string location, int status = 303);
  /// 204.
  static Response nothing();
  Response& with(std::string name, std::string value) {
    headers.emplace_back(std::move(name), std::move(value));
    return *this;
  }
};

}  // namespace tocsin::portal::http

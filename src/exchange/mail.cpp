#include "exchange/mail.hpp"

#include <cstring>

#include <fmt/format.h>

#include "base/ids.hpp"
#include "base/text.hpp"
#include "domain/person.hpp"
#include "exchange/curl.hpp"

namespace tocsin::exchange {
namespace {

using curl::set;

constexpr std::size_t kUrlBytesMax = 500;

struct Server {
  curl::Url url;
  std::string scheme, host;
};

Result<Server> read_url(std::string_view text) {
  const auto refuse = [&](std::string_view why) {
    return Error::invalid(fmt::format("'{}' is no mail server: {}", text::shorten(text::squeeze(text), 120), why),
                          "url");
  };
  if (text.size() > kUrlBytesMax) return refuse("it is too long");
  for (const char c : text) {
    if (c <= 0x20 || c >= 0x7F) return refuse("it contains blanks, control characters or letters beyond ASCII");
  }
  Server server{curl::Url{curl_url()}, {}, {}};
  const auto code = curl_url_set(server.url.get(), CURLUPART_URL, std::string{text}.c_str(), CURLU_DISALLOW_USER);
  if (code == CURLUE_USER_NOT_ALLOWED) return refuse("user and password are settings of their own");
  server.scheme = curl::part(server.url.get(), CURLUPART_SCHEME);
  server.host = curl::part(server.url.get(), CURLUPART_HOST);
  if (code != CURLUE_OK || (server.scheme != "smtp" && server.scheme != "smtps") || server.host.empty()) {
    return refuse("it looks like smtp://mail.example.org:587 or smtps://mail.example.org");
  }
  // libcurl says the path in EHLO, decoded: an escaped line end would be a second command.
  const auto name = curl::part(server.url.get(), CURLUPART_PATH);
  if (name.find('%') != std::string::npos || !curl::part(server.url.get(), CURLUPART_QUERY).empty() ||
      !curl::part(server.url.get(), CURLUPART_FRAGMENT).empty()) {
    return refuse("after the host only a plain name for EHLO may stand");
  }
  return server;
}

struct Upload {
  std::string_view left;
};
std::size_t give_message(char* buffer, std::size_t size, std::size_t count, void* data) noexcept {
  auto& upload = *static_cast<Upload*>(data);
  const auto taken = std::min(size * count, upload.left.size());
  std::memcpy(buffer, upload.left.data(), taken);
  upload.left.remove_prefix(taken);
  return taken;
}

/// The server's last refusal, for the log: "550 5.1.1 no such user", and not the "221 bye" after it.
std::size_t keep_reply(char* bytes, std::size_t, std::size_t size, void* data) noexcept {
  auto& reply = *static_cast<std::array<char, 256>*>(data);
  if (size == 0 || (bytes[0] != '4' && bytes[0] != '5')) return size;
  const auto kept = std::min(size, reply.size() - 1);
  std::memcpy(reply.data(), bytes, kept);
  reply[kept] = '\0';
  return size;
}

std::string printable(std::string_view reply) {
  std::string out;
  for (const char c : text::trim(reply)) out += c >= 0x20 && c < 0x7F ? c : '?';
  return out;
}

Error refused(CURLcode code, long reply_code, std::string_view host, std::string_view reply, const char* detail) {
  if (code == CURLE_LOGIN_DENIED) {
    auto error = Error::forbidden(fmt::format("{} does not accept user and password", host));
    error.detail = printable(reply);
    return error;
  }
  if (code == CURLE_USE_SSL_FAILED) {
    return Error::forbidden(fmt::format("{} offers no TLS (STARTTLS), which is required; nothing was sent", host));
  }
  const bool answered = code == CURLE_SEND_ERROR || code == CURLE_WEIRD_SERVER_REPLY || code == CURLE_RECV_ERROR ||
                        code == CURLE_REMOTE_ACCESS_DENIED || code == CURLE_FTP_ACCEPT_FAILED;
  if (answered && reply_code >= 500 && reply_code < 600) {
    auto error = Error::forbidden(fmt::format("{} refused the mail ({})", host, reply_code));
    error.detail = printable(reply);
    return error;
  }
  if (answered && reply_code >= 400 && reply_code < 500) {
    return Error::unavailable(fmt::format("{} takes no mail for now ({})", host, reply_code), printable(reply));
  }
  return curl::error_of(code, host, detail);
}

}  // namespace

Status check(const MailSettings& settings) {
  TRY(const auto server, read_url(settings.url));
  TRY_VOID(mail_message(settings, {{"somebody@example.org"}, "Subject", "Text", {}}, {}, "id@example.org"));
  if (settings.user.empty() != settings.password.empty()) {
    return Error::invalid("user and password of the mail server are given both or neither", "user");
  }
  if (!settings.user.empty() && server.scheme == "smtp" && !settings.starttls_required) {
    return Error::invalid("a password is sent under TLS only: require STARTTLS, or use smtps://", "starttls_required");
  }
  return ok();
}

namespace {

/// Before MAIL FROM: the server was reached, speaks TLS and knows us.
int note_reached(void* data, char*, char*, int, int) noexcept {
  *static_cast<bool*>(data) = true;
  return CURL_PREREQFUNC_OK;
}

Delivery hand_over(const MailSettings& settings, const Server& server, const Mail& mail, const std::string& sender,
                   std::string_view message) {
  auto handle = curl::new_handle();
  auto* const transport = handle.get();
  Upload upload{message};
  std::array<char, CURL_ERROR_SIZE> detail{};
  std::array<char, 256> reply{};
  curl::List recipients;
  for (const auto& to : mail.to) curl::append(recipients, "<" + std::string{text::trim(to)} + ">");
  const auto envelope_from = "<" + sender + ">";
  curl::set_common(transport, settings.ca_file, settings.connect_timeout, settings.total_timeout);
  set(transport, CURLOPT_CURLU, server.url.get());
  set(transport, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  set(transport, CURLOPT_USE_SSL, static_cast<long>(settings.starttls_required ? CURLUSESSL_ALL : CURLUSESSL_TRY));
  if (!settings.user.empty()) {
    set(transport, CURLOPT_USERNAME, settings.user.c_str());
    set(transport, CURLOPT_PASSWORD, settings.password.c_str());
    set(transport, CURLOPT_SASL_IR, 1L);
  }
  set(transport, CURLOPT_MAIL_FROM, envelope_from.c_str());
  set(transport, CURLOPT_MAIL_RCPT, recipients.get());
  set(transport, CURLOPT_UPLOAD, 1L);
  set(transport, CURLOPT_READFUNCTION, &give_message);
  set(transport, CURLOPT_READDATA, static_cast<void*>(&upload));
  set(transport, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(message.size()));
  set(transport, CURLOPT_WRITEFUNCTION, &keep_reply);
  set(transport, CURLOPT_WRITEDATA, static_cast<void*>(&reply));
  set(transport, CURLOPT_HEADERFUNCTION, &keep_reply);
  set(transport, CURLOPT_HEADERDATA, static_cast<void*>(&reply));
  set(transport, CURLOPT_ERRORBUFFER, detail.data());
  bool reached = false;
  set(transport, CURLOPT_PREREQFUNCTION, &note_reached);
  set(transport, CURLOPT_PREREQDATA, static_cast<void*>(&reached));
  const auto code = curl_easy_perform(transport);
  if (code == CURLE_OK) return {};
  long reply_code = 0;
  curl_easy_getinfo(transport, CURLINFO_RESPONSE_CODE, &reply_code);  // NOLINT(cppcoreguidelines-pro-type-vararg)
  auto error = refused(code, reply_code, server.host, reply.data(), detail.data());
  const auto outcome = !reached                               ? Delivery::Outcome::no_server
                       : error.code == Error::Code::forbidden ? Delivery::Outcome::refused
                                                              : Delivery::Outcome::later;
  return {.outcome = outcome, .error = std::move(error)};
}

}  // namespace

Delivery deliver(const MailSettings& settings, const Mail& mail, const Clock& clock) {
  if (auto usable = check(settings); !usable) {
    return {.outcome = Delivery::Outcome::no_server, .error = std::move(usable).error()};
  }
  const auto server = read_url(settings.url);
  if (!server) return {.outcome = Delivery::Outcome::no_server, .error = server.error()};
  const auto sender = std::string{text::trim(settings.from)};
  const auto message_id = (mail.id.empty() ? random_uuid() : mail.id) + sender.substr(sender.find('@'));
  const auto message = mail_message(settings, mail, clock.now(), message_id);
  if (!message) return {.outcome = Delivery::Outcome::refused, .error = message.error()};
  return hand_over(settings, *server, mail, sender, *message);
}

Status send(const MailSettings& settings, const Mail& mail, const Clock& clock) {
  auto delivery = deliver(settings, mail, clock);
  if (delivery.error) return std::move(*delivery.error);
  return ok();
}

}  // namespace tocsin::exchange

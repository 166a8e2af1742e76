#include "cli/mailing.hpp"

#include <filesystem>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "cli/secret_file.hpp"
#include "portal/languages.hpp"

namespace tocsin::cli {
Result<exchange::MailSettings> mail_settings(const Location& location, const Settings& settings) {
  exchange::MailSettings mail;
  mail.url = settings.text("mail.url");
  mail.user = settings.text("mail.user");
  mail.password = settings.text("mail.password");
  if (const auto file = file_path(location, settings.value("mail.password_file")); !file.empty()) {
    TRY(mail.password, read_secret_file(file, "the password of the mail server", "mail.password_file"));
  }
  mail.from = settings.text("mail.from");
  mail.from_name = settings.text("mail.from_name");
  if (mail.from_name.empty()) mail.from_name = settings.text("site_name");
  mail.ca_file = file_path(location, settings.value("mail.ca_file"));
  std::error_code failure;
  if (!mail.ca_file.empty() && !std::filesystem::is_regular_file(mail.ca_file, failure)) {
    return Error::invalid("There is no such file: " + mail.ca_file, "mail.ca_file");
  }
  mail.starttls_required = settings.boolean("mail.starttls_required");
  if (auto usable = exchange::check(mail); !usable) {
    auto error = std::move(usable).error();
    error.where = error.where.empty() ? "mail" : "mail." + error.where;
    return error;
  }
  return mail;
}

Result<engine::post::Post> open_post(const Location& location, const Settings& settings, bool silent) {
  TRY(auto key, SealingKey::open_or_create(std::filesystem::path{location.folder} / kSealingKeyFile));
  // Whoever writes to people does so in their language.
  portal::load_languages();
  engine::post::Options options;
  options.public_url = settings.text("public_url");
  while (options.public_url.ends_with('/')) options.public_url.pop_back();
  options.site_name = settings.text("site_name");
  options.site_name_fixed = settings.value("site_name").origin != Origin::built_in;
  if (auto language = Language::en; parse_language(settings.text("language"), language)) {
    options.language = language;
    options.language_fixed = true;
  }
  options.mail = has_mail(settings) && !silent;
  return engine::post::Post{std::move(key), std::move(options)};
}

}  // namespace tocsin::cli

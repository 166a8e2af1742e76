#include <fmt/format.h>

#include "base/text.hpp"
#include "portal/access.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/layout.hpp"

/// What is stored about whom. The numbers and conditions are those in force here, so that the page cannot promise what
/// the installation does not do.
namespace tocsin::portal {
namespace {

using html::Html;
using html::render;

std::string hours(int hours) {
  if (hours % 24 == 0) return text::count_of(hours / 24, "day", "days");
  return text::count_of(hours, "hour", "hours");
}
std::string minutes(int minutes) {
  if (minutes % 60 == 0) return hours(minutes / 60);
  return text::count_of(minutes, "minute", "minutes");
}

class Table {
 public:
  void row(std::string_view what, std::string_view why, std::string_view how_long) {
    render<"<tr><th scope=\"row\">{}</th><td data-label=\"Why\">{}</td><td data-label=\"How long\">{}</td></tr>\n">(
        out_, what, why, how_long);
  }
  void begin(std::string_view title) {
    render<
        "</article><h2>{}</h2>\n<div class=\"table-wrap\"><table class=\"stack\"><thead><tr><th scope=\"col\">What</th>"
        "<th scope=\"col\">Why</th><th scope=\"col\">How long</th></tr></thead><tbody>\n">(out_, title);
  }
  void end() { out_ += "</tbody></table></div>\n<article class=\"prose\">"; }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

Result<http::Response> privacy(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  const auto& settings = app.settings();
  const auto& kept = settings.privacy;
  const auto names = access::cookie_names(app, request);
  Table table;
  table.begin("Readers without an account");
  if (kept.access_log) {
    table.row("A line of the server's log for each request: time, address, page, result", "To find faults and attacks.",
              "Until the operator of the server removes it.");
  } else {
    table.row("No line for requests in the server's log; faults may be logged.", "To find faults.",
              "Until the operator of the server removes it.");
  }
  if (app.identity() != nullptr) {
    table.row(fmt::format("A cookie ({}) once you open a form", names.form),
              "So that another site cannot send the form in your name.", "Until the browser is closed.");
  }
  table.end();
  if (app.identity() != nullptr) {
    table.begin("People with an account");
    table.row("Name, mail address, language, time zone, organisations and roles",
              "To know who may read and do what, and to reach you.", "Until the account is erased.");
    table.row("A hash of the password; second factors, sealed or as public keys; hashes of recovery codes",
              "To know that it is you. The password itself is not stored.", "Until you change or remove them.");
    table.row("Sessions: time, address and browser", "So that you can see and end them.",
              fmt::format("Ends after {} without a request, at the latest after {}; then it is deleted.",
                          minutes(kept.session_idle_minutes), hours(kept.session_absolute_hours)));
    table.row(fmt::format("Cookies {} and {}", names.session, names.half),
              "They are the session and the step before it.", "Until you sign out or the browser is closed.");
    table.row("Tokens for programs: name, scopes, networks, last use and its address",
              "So that you can see and revoke them.", "Until the account is erased.");
    table.row("Links of invitations and for new passwords: a hash, whom for, by whom",
              "They work once and for a limited time.", "Until the account is erased.");
    table.end();
    table.begin("The audit log");
    table.row(
        "What people with an account did, with time, address and browser; also refused sign-ins, with the mail "
        "address that was typed",
        "To find out afterwards who did what with other people's confidential information.",
        "Until the CERT removes old entries; without what was personal once the account is erased.");
    table.row("Each look at a document marked TLP:AMBER or above",
              "The organisation whose document it is can see which organisations looked; names only of its own people "
              "and of the CERT.",
              "As above.");
    table.end();
    table.begin("Applications for membership");
    table.row("What the form asks: organisation, name, mail address, note", "So that the CERT can vet it.",
              "The organisation's profile stays; name and address until the account is erased; the note as long as the "
              "audit log's entry.");
    table.end();
  }
  std::string out;
  render<
      "<article class=\"prose\"><h1>Privacy</h1>\n<p class=\"lead\">What {} stores about people, why, for how long, "
      "and "
      "how you get it or have it erased. The page is made from the settings in force.</p>\n">(
      out, app.site_text("site_name"));
  if (settings.demo && !settings.demo_people.empty()) {
    out +=
        "<p class=\"callout callout-warn\">This is a demonstration: anybody may sign in as one of its people and see "
        "what others entered. Enter nothing that is true of real people.</p>\n";
  }
  out += "<p>Whoever only reads gets no cookie. Nothing is loaded from other sites, and nobody counts visitors.</p>\n";
  out += table.take();
  out += "<h2>Your rights</h2>\n";
  if (app.identity() != nullptr) {
    out +=
        "<ul>\n<li><strong>Get it</strong>: <a href=\"/account\">your profile</a> has all that is stored about you, as "
        "a file (articles 15 and 20 of the GDPR).</li>\n<li><strong>Correct it</strong>: name, language and time "
        "zone there, too; the CERT changes the mail address.</li>\n<li><strong>Erase it</strong>: from your profile, "
        "or by the "
        "CERT. Name, address, credentials, sessions, memberships and what the audit log knew personally go; a number "
        "stays in the log, so that it can still be verified.</li>\n</ul>\n";
  }
  out += "<p>Nothing is passed on to others by this program";
  if (kept.mail) out += ", but for mails to you, which a mail server carries";
  out += ". Who answers for it and how to reach them is in the <a href=\"/rfc2350\">description of this CERT</a>.";
  if (const auto contact = app.site_text("contact"); !contact.empty()) render<" Contact: {}.">(out, contact);
  out += "</p>\n</article>\n";
  pages::Page page;
  page.title = "Privacy";
  page.section = pages::Section::about;
  page.canonical = "/privacy";
  page.main = Html::from_trusted(std::move(out));
  return pages::render_page(app, request, page);
}

}  // namespace

void add_privacy_routes(App& app, http::Router& router) {
  http::Route route;
  route.pattern = "/privacy";
  route.name = "privacy_page";
  route.before_second_factor = true;
  route.handler = [&app](const http::Request& request) { return privacy(app, request); };
  router.add(std::move(route));
}

}  // namespace tocsin::portal

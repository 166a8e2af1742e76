#!/usr/bin/env python3
"""Writes the demo advisories (CSAF 2.0 and 2.1) from the short descriptions in this file: public ones into advisories/,
those of a narrower TLP into marked/ (whom they are addressed to says members.json)."""
import json
import pathlib
import re

HERE = pathlib.Path(__file__).parent
CERT = {"category": "coordinator", "name": "Tocsin Demo CERT", "namespace": "https://cert.demo.example",
        "contact_details": "cert@demo.example",
        "issuing_authority": "The Tocsin Demo CERT is invented. It coordinates invented flaws of invented products."}
CWE = {
    "CWE-20": "Improper Input Validation", "CWE-22": "Improper Limitation of a Pathname to a Restricted Directory ('Path Traversal')",
    "CWE-78": "Improper Neutralization of Special Elements used in an OS Command ('OS Command Injection')",
    "CWE-79": "Improper Neutralization of Input During Web Page Generation ('Cross-site Scripting')",
    "CWE-120": "Buffer Copy without Checking Size of Input ('Classic Buffer Overflow')",
    "CWE-121": "Stack-based Buffer Overflow", "CWE-287": "Improper Authentication", "CWE-306": "Missing Authentication for Critical Function",
    "CWE-319": "Cleartext Transmission of Sensitive Information", "CWE-400": "Uncontrolled Resource Consumption",
    "CWE-427": "Uncontrolled Search Path Element", "CWE-502": "Deserialization of Untrusted Data",
    "CWE-522": "Insufficiently Protected Credentials", "CWE-787": "Out-of-bounds Write", "CWE-798": "Use of Hard-coded Credentials",
    "CWE-1188": "Initialization of a Resource with an Insecure Default",
}
W = {"N": "NETWORK", "A": "ADJACENT_NETWORK", "L": "LOCAL", "P": "PHYSICAL"}
LHN = {"L": "LOW", "H": "HIGH", "N": "NONE"}


def severity(score):
    return "NONE" if score == 0 else "LOW" if score < 4 else "MEDIUM" if score < 7 else "HIGH" if score < 9 else "CRITICAL"


def cvss31(score, vector):
    m = dict(part.split(":") for part in vector.split("/"))
    return {"version": "3.1", "vectorString": "CVSS:3.1/" + vector, "attackVector": W[m["AV"]],
            "attackComplexity": LHN[m["AC"]], "privilegesRequired": LHN[m["PR"]],
            "userInteraction": {"N": "NONE", "R": "REQUIRED"}[m["UI"]],
            "scope": {"U": "UNCHANGED", "C": "CHANGED"}[m["S"]], "confidentialityImpact": LHN[m["C"]],
            "integrityImpact": LHN[m["I"]], "availabilityImpact": LHN[m["A"]],
            "baseScore": score, "baseSeverity": severity(score)}


def slug(text):
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def document(*, number, title, dates, vendor, products, flaws, risk, sectors, version="2.0", practice=True, publisher=None,
             countries="Worldwide", seat="", summaries=None, status="final", thanks=None, upto=None, extra_notes=(), tlp="CLEAR", terms=None):
    """One revision. `products`: (key, name, version text, is range, order number or None[, vendor]);
    `flaws`: dicts; `upto`: number of revisions this document knows of."""
    revisions = list(zip(dates, summaries or ["Initial publication"]))[:upto]
    new = version == "2.1"
    vendors = {}
    for key, name, text, is_range, order, *own in products:
        owner = own[0] if own else vendor
        leaf = {"category": "product_version_range" if is_range else "product_version", "name": text,
                "product": {"product_id": key, "name": f"{owner} {name} {text}"}}
        if order:
            leaf["product"]["product_identification_helper"] = {"model_numbers": [order]}
        vendors.setdefault(owner, {}).setdefault(name, []).append(leaf)
    tree = {"branches": [{"category": "vendor", "name": v, "branches": [
        {"category": "product_name", "name": n, "branches": leaves} for n, leaves in names.items()]}
        for v, names in vendors.items()]}
    notes = [{"category": "summary", "title": "Risk evaluation", "text": risk},
             {"category": "other", "title": "Critical infrastructure sectors", "text": sectors},
             {"category": "other", "title": "Countries/areas deployed", "text": countries}]
    if seat:
        notes.append({"category": "other", "title": "Company headquarters location", "text": seat})
    notes.extend({"category": c, "title": t, "text": x} for c, t, x in extra_notes)
    if practice:
        notes.append({"category": "general", "title": "Recommended Practices", "text":
                      "Keep control system devices off the internet, put them behind firewalls and apart from the office network. "
                      "Where remote access is needed, use a current VPN and know that it is only as safe as the devices at its ends."})
        notes.append({"category": "legal_disclaimer", "title": "Terms of use", "text":
                      "This advisory is invented for demonstration. " + (terms or "Use it as you like.")})
    vulnerabilities = []
    for flaw in flaws:
        affected = flaw["affected"]
        item = {"cve": flaw["cve"], "title": flaw["title"],
                "notes": [{"category": "description", "title": "Vulnerability description", "text": flaw["text"]}]}
        cwe = {"id": flaw["cwe"], "name": CWE[flaw["cwe"]]}
        if new:
            item["cwes"] = [{**cwe, "version": "4.15"}]
        else:
            item["cwe"] = cwe
        item["product_status"] = {"known_affected": affected}
        for member in ("fixed", "known_not_affected", "under_investigation", "recommended"):
            if flaw.get(member):
                item["product_status"][member] = flaw[member]
        if flaw.get("score"):
            score = cvss31(*flaw["score"])
            if new:
                item["metrics"] = [{"content": {"cvss_v3": score}, "products": affected}]
            else:
                item["scores"] = [{"cvss_v3": score, "products": affected}]
        item["remediations"] = [{"category": c, "details": d, "product_ids": p or affected, **x}
                                for c, d, p, x in (r + ({},) * (4 - len(r)) if len(r) < 4 else r for r in flaw["remediations"])]
        if flaw.get("known_not_affected"):
            item["threats"] = [{"category": "impact", "product_ids": flaw["known_not_affected"],
                                "details": "The vulnerable service is not part of this firmware."}]
        if flaw.get("discovered"):
            item["discovery_date"] = flaw["discovered"] + "T00:00:00Z"
        if flaw.get("exploited"):
            item.setdefault("threats", []).append({"category": "exploit_status", "details": flaw["exploited"]})
        item["references"] = [{"category": "external", "summary": "Vendor notice",
                               "url": f"https://{slug(vendor)}.example/security/{flaw['cve'].lower()}"}]
        vulnerabilities.append(item)
    tracking_id = f"TDC-{number}"
    result = {"document": {
        "category": "csaf_security_advisory", "csaf_version": version,
        "distribution": {"text": terms or "Free to share.",
                         "tlp": {"label": "WHITE" if tlp == "CLEAR" and not new else tlp, "url": "https://www.first.org/tlp/"}},
        "lang": "en", "notes": notes, "publisher": publisher or CERT,
        "references": [{"category": "self", "summary": f"{tracking_id} on the demo CERT's site",
                        "url": f"https://cert.demo.example/advisories/{tracking_id.lower()}.json"}],
        "title": title,
        "tracking": {"current_release_date": revisions[-1][0] + "T10:00:00Z", "id": tracking_id,
                     "initial_release_date": revisions[0][0] + "T10:00:00Z",
                     "revision_history": [{"date": d + "T10:00:00Z", "number": str(i + 1), "summary": s}
                                          for i, (d, s) in enumerate(revisions)],
                     "status": status, "version": str(len(revisions))}},
        "product_tree": tree, "vulnerabilities": vulnerabilities}
    if new:
        result = {"$schema": "https://docs.oasis-open.org/csaf/csaf/v2.1/schema/csaf.json", **result}
        if tlp == "CLEAR":
            result["document"]["license_expression"] = "CC0-1.0"
    if thanks:
        result["document"]["acknowledgments"] = [{"names": [thanks[0]], "organization": thanks[1],
                                                  "summary": "for reporting the vulnerabilities"}]
    return tracking_id, str(len(revisions)), result


FIX = "vendor_fix"
MIT = "mitigation"


def all_documents():
    helmut = dict(
        number="2025-001", title="Helmwerk Automation HW-700 Controllers", vendor="Helmwerk Automation",
        dates=["2025-02-11", "2025-03-04", "2025-06-17"], seat="Austria",
        summaries=["Initial publication", "Fixed version 2.9.4 released", "Affected range of HW-740 corrected; exploitation seen"],
        sectors="Critical Manufacturing, Energy, Water and Wastewater Systems",
        risk="An attacker on the control network can stop the controller or change its program without signing in. The process "
             "stops or runs with values that the operator does not see.",
        thanks=("Ines Albrecht", "Northlight Research"))
    p_old = [("HW-1", "HW-710 Controller (7HW1 710-1AB00-0XA0)", "< V2.9.4", True, "7HW1710-1AB00-0XA0"),
             ("HW-2", "HW-720 Controller (7HW1 720-2AB00-0XA0)", "< V2.9.4", True, "7HW1720-2AB00-0XA0"),
             ("HW-3", "HW-740 Safety Controller (7HW1 740-4SB00-0XA0)", "< V1.4", True, "7HW1740-4SB00-0XA0"),
             ("HW-4", "HW-700 Engineering Studio", "all versions", True, None)]
    p_new = [p_old[0], p_old[1], ("HW-3", p_old[2][1], ">= V1.2 | < V1.6", True, p_old[2][4]), p_old[3],
             ("HW-5", "HW-710 Controller (7HW1 710-1AB00-0XA0)", "V2.9.4", False, "7HW1710-1AB00-0XA0"),
             ("HW-6", "HW-720 Controller (7HW1 720-2AB00-0XA0)", "V2.9.4", False, "7HW1720-2AB00-0XA0")]
    controllers = ["HW-1", "HW-2", "HW-3"]
    workaround = ("workaround", "Set the access level in the project to *complete protection* and close TCP port 4102 at the cell firewall.", controllers)
    fix = (FIX, "Update to V2.9.4 or later. The update stops the controller for about four minutes: plan it into an outage.", ["HW-1", "HW-2"],
           {"url": "https://helmwerk.example/downloads/hw-700", "restart_required": {"category": "machine"}})

    def flaws(fixed, exploited):
        first = [fix, workaround] if fixed else [workaround]
        a = {"cve": "CVE-1900-0101", "title": "Missing authentication in the programming service", "cwe": "CWE-306",
             "score": (9.8, "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"), "affected": controllers,
             "text": "The service on TCP port 4102 takes program downloads and stop commands from anyone who can reach it.",
             "remediations": first + [("no_fix_planned", "HW-740 hardware revision A has too little memory for the fix. Exchange the module.", ["HW-3"])]}
        b = {"cve": "CVE-1900-0102", "title": "Project files hold the access password", "cwe": "CWE-522",
             "score": (6.2, "AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"), "affected": ["HW-4"],
             "text": "Engineering Studio stores the access password of each controller in the project file in a form that can be reversed.",
             "remediations": [(MIT, "Keep project files in a folder that only engineers can read; change passwords after files have left the plant.", ["HW-4"])]}
        if fixed:
            a["fixed"] = ["HW-5", "HW-6"]
        if exploited:
            a["exploited"] = "Scans for the programming service were seen at two demo members in June 2025."
        return [a, b]

    yield document(**helmut, products=p_old, flaws=flaws(False, False), upto=1)
    yield document(**helmut, products=[*p_old, *p_new[4:]], flaws=flaws(True, False), upto=2)
    yield document(**helmut, products=p_new, flaws=flaws(True, True), upto=3)

    yield document(
        number="2025-002", title="Brightwater Instruments FlowSense Ultrasonic Meters", vendor="Brightwater Instruments",
        dates=["2025-04-08"], sectors="Water and Wastewater Systems, Chemical", seat="Netherlands",
        risk="Whoever knows the service password, which is the same in every device, can change the meter factor so that dosing and billing are wrong.",
        products=[("BW-1", "FlowSense 200", "<= 3.11", True, "FS200-DN80"), ("BW-2", "FlowSense 400", "<= 3.11", True, "FS400-DN150"),
                  ("BW-3", "FlowSense 900", "all versions", True, "FS900-DN300")],
        flaws=[{"cve": "CVE-1900-0110", "title": "Service password is the same in every device", "cwe": "CWE-798",
                "score": (8.6, "AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:H/A:L"), "affected": ["BW-1", "BW-2"], "known_not_affected": ["BW-3"],
                "text": "The Modbus TCP service menu opens with a password that cannot be changed and is printed in the service manual.",
                "remediations": [(FIX, "Update to 3.12: the password is then set at first use. No restart of the measurement.", None,
                                  {"url": "https://brightwater.example/firmware/3-12"}),
                                 (MIT, "Let only the dosing controller and the historian reach TCP port 502 of the meters.", None)]}],
        thanks=("Tomasz Reda", "Water ISAC of the demo"))

    yield document(
        number="2025-003", title="Ostrava Drives VFD-9 Web Interface", vendor="Ostrava Drives s.r.o.",
        dates=["2025-05-20", "2025-05-27"], summaries=["Initial publication", "CVSS of CVE-1900-0121 corrected"],
        sectors="Critical Manufacturing; Food & Agriculture", seat="Czech Republic",
        risk="An operator who opens a prepared link while signed in to the drive can be made to change its speed limits.",
        products=[("OD-1", "VFD-9 Frequency Converter", ">= 4.0 | < 4.6.2", True, None), ("OD-2", "VFD-9 Compact", ">= 4.0 | < 4.6.2", True, None)],
        flaws=[{"cve": "CVE-1900-0120", "title": "Stored script in the parameter page", "cwe": "CWE-79",
                "score": (6.1, "AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"), "affected": ["OD-1", "OD-2"],
                "text": "The name of a drive is shown without escaping, so that a name such as <script>alert(1)</script> runs in the operator's browser.",
                "remediations": [(FIX, "Update to 4.6.2.", None), (MIT, "Sign out of the drive's pages before opening anything else.", None)]},
               {"cve": "CVE-1900-0121", "title": "Endless loop on long host names", "cwe": "CWE-400",
                "score": (7.5, "AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"), "affected": ["OD-1", "OD-2"],
                "text": "A DHCP answer with a host name of 255 characters stops the network part until power is cycled. The motor runs on with its last set point.",
                "remediations": [(FIX, "Update to 4.6.2.", None), ("workaround", "Give the drives fixed addresses and switch DHCP off.", None)]}])

    yield document(
        number="2025-004", title="Meridian SCADA Historian", vendor="Meridian SCADA", version="2.1",
        dates=["2025-07-01"], sectors="Energy, Transportation Systems, Nuclear Reactors, Materials, and Waste", seat="Canada",
        risk="An attacker in the office network can run programs on the historian server, which usually stands between office and plant.",
        products=[("MS-1", "Historian", "vers:generic/>=11.0|<11.4.3", True, None), ("MS-2", "Historian Web Client", "vers:generic/<11.4.3", True, None),
                  ("MS-3", "Historian", "11.4.3", False, None)],
        flaws=[{"cve": "CVE-1900-0130", "title": "Objects from the network are deserialised", "cwe": "CWE-502",
                "score": (9.8, "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"), "affected": ["MS-1"], "fixed": ["MS-3"],
                "text": "The replication port reads serialised objects before it checks who is speaking.",
                "remediations": [(FIX, "Update to 11.4.3. Collectors buffer while the service restarts; no data is lost.", None,
                                  {"url": "https://meridian.example/11.4.3", "restart_required": {"category": "service"}}),
                                 (MIT, "Allow the replication port 9055 only between historian servers.", None)]},
               {"cve": "CVE-1900-0131", "title": "Files outside the report folder can be read", "cwe": "CWE-22",
                "score": (6.5, "AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:N"), "affected": ["MS-2"],
                "text": "A signed-in user can name any file of the server as a report.",
                "remediations": [("fix_planned", "A fix is announced for version 11.5.", None), (MIT, "Run the web client under an account that can read nothing else.", None)]}],
        thanks=("Aroha Ngata", "Independent"))

    yield document(
        number="2025-005", title="Kestrel Safety Relays KSR Series", vendor="Kestrel Safety",
        dates=["2025-08-12"], sectors="Multiple Sectors", seat="Germany",
        risk="With physical access for a minute, the safety configuration can be replaced without leaving a trace.",
        products=[("KS-1", "KSR-24", "all versions", True, "KSR24-3K"), ("KS-2", "KSR-48", "all versions", True, "KSR48-3K")],
        flaws=[{"cve": "CVE-1900-0140", "title": "Configuration memory is not signed", "cwe": "CWE-1188",
                "score": (5.2, "AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:L"), "affected": ["KS-1", "KS-2"],
                "text": "The memory key of the relay is accepted without any check of where its content comes from.",
                "remediations": [("no_fix_planned", "There is no fix for this hardware.", None),
                                 (MIT, "Lock the cabinet, seal the memory key, and compare the checksum on the display with the one in the safety file at each inspection.", None)]}])

    yield document(
        number="2025-006", title="Alder & Finch Building Controllers", vendor="Alder & Finch", version="2.1",
        dates=["2025-09-09", "2025-10-02"], summaries=["Initial publication", "Patch for version 8 added"],
        sectors="Commercial Facilities, Healthcare and Public Health, Government Facilities", seat="United Kingdom",
        risk="An attacker on the building network can switch ventilation and read door schedules.",
        products=[("AF-1", "BC-8 Building Controller", "8.0|8.1", True, None), ("AF-2", "BC-7 Building Controller", ">=V7|<V8", True, None)],
        flaws=[{"cve": "CVE-1900-0150", "title": "Commands in the backup name", "cwe": "CWE-78",
                "score": (8.8, "AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H"), "affected": ["AF-1", "AF-2"],
                "text": "The name of a backup is handed to a shell.",
                "remediations": [("vendor_fix", "Patch AF-2025-3 for version 8 is available from support.", ["AF-1"]),
                                 ("no_fix_planned", "Version 7 is no longer maintained: move to version 8.", ["AF-2"]),
                                 (MIT, "Remove the backup right from all but one account.", None)]}])

    yield document(
        number="2025-007", title="Nordhavn Marine Control Gateways: third-party TLS library", vendor="Nordhavn Marine Control",
        dates=["2025-10-21"], sectors="Transportation Systems", seat="Denmark",
        risk="A gateway that talks to a hostile server can be stopped or taken over.",
        products=[("NM-1", "ShipGate 3", "< 3.8.1", True, None), ("NM-2", "ShipGate 5", "< 5.2", True, None),
                  ("NM-3", "HW-710 Controller", "< V2.9.4", True, "7HW1710-1AB00-0XA0", "Helmwerk Automation")],
        flaws=[{"cve": "CVE-1900-0160", "title": "Out-of-bounds write in certificate parsing", "cwe": "CWE-787",
                "score": (8.1, "AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H"), "affected": ["NM-1", "NM-2"], "under_investigation": ["NM-3"],
                "text": "The TLS library that is built into the gateways writes past a buffer when it reads a certificate with many names.",
                "remediations": [(FIX, "Update ShipGate 3 to 3.8.1 and ShipGate 5 to 5.2.", None),
                                 ("workaround", "Switch the remote fleet service off until the update is in.", None)]}])

    yield document(
        number="2025-008", title="Brightwater Instruments LevelScan: third-party TLS library", vendor="Brightwater Instruments", version="2.1",
        dates=["2025-11-04"], sectors="Water and Wastewater Systems; Dams", seat="Netherlands",
        risk="A level transmitter that sends to a hostile server can be stopped; the last level stays on the screen.",
        products=[("BL-1", "LevelScan Radar", "<=2.4", True, "LS-R80"), ("BL-2", "LevelScan Ultrasonic", "<=1.9", True, "LS-U20")],
        flaws=[{"cve": "CVE-1900-0160", "title": "Out-of-bounds write in certificate parsing", "cwe": "CWE-787",
                "score": (5.9, "AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:H"), "affected": ["BL-1", "BL-2"],
                "text": "The TLS library writes past a buffer; in these devices memory protection turns that into a restart.",
                "remediations": [("fix_planned", "Firmware 2.5 and 2.0 are planned for the first quarter.", None),
                                 (MIT, "Let the transmitters reach only the SCADA server.", None)]}])

    yield document(
        number="2025-009", title="Quarry & Stone Batch Mixer HMI", vendor="Quarry and Stone Automation",
        dates=["2025-12-02"], sectors="Critical Manufacturing", seat="Spain", status="interim",
        risk="Someone who can place a file on the operator station can have it run with administrator rights.",
        products=[("QS-1", "Batch Mixer HMI", "<= 2021 SP1 Update 3", True, None)],
        flaws=[{"cve": "CVE-1900-0170", "title": "Libraries are loaded from the working folder", "cwe": "CWE-427",
                "score": (7.3, "AV:L/AC:L/PR:L/UI:R/S:U/C:H/I:H/A:H"), "affected": ["QS-1"],
                "discovered": "2025-12-08",  # After the release, so that there is something to see under Quality.
                "text": "The HMI looks for libraries in the folder of the opened recipe first.",
                "remediations": [(MIT, "Open recipes only from a folder that operators cannot write to.", None)]}])

    yield document(
        number="2026-001", title="Helmwerk Automation Remote Service Router RSR-4", vendor="Helmwerk Automation GmbH",
        dates=["2026-01-13"], sectors="Energy, Critical Manufacturing, Chemical", seat="Austria", version="2.1",
        risk="The router's maintenance page gives a shell to anyone on the internet who knows its address.",
        products=[("HR-1", "RSR-4 Remote Service Router", "vers:intdot/<4.2.0", True, "7HW9004-0RS00"),
                  ("HR-2", "RSR-4 LTE", "vers:intdot/<4.2.0", True, "7HW9004-1RS00")],
        flaws=[{"cve": "CVE-1900-0180", "title": "Authentication can be passed by", "cwe": "CWE-287",
                "score": (10.0, "AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"), "affected": ["HR-1", "HR-2"],
                "text": "A request with a doubled slash reaches the maintenance page without signing in.",
                "exploited": "Used in the wild since December 2025.",
                "remediations": [(FIX, "Update to 4.2.0 now, then change all passwords: they may be known.", None,
                                  {"url": "https://helmwerk.example/downloads/rsr-4", "restart_required": {"category": "system"}}),
                                 ("workaround", "Pull the WAN cable or close TCP 443 from outside until the update is in.", None)]},
               {"cve": "CVE-1900-0181", "title": "Long user names overrun a buffer", "cwe": "CWE-121",
                "score": (7.5, "AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"), "affected": ["HR-1", "HR-2"],
                "text": "A user name of more than 512 bytes stops the web server until the router is restarted.",
                "remediations": [(FIX, "Update to 4.2.0.", None)]}],
        thanks=("Noor Haddad", "Gridwatch"))

    yield document(
        number="2026-002", title="Sabine River Pumps SmartPump Cloud Connector", vendor="Sabine River Pumps, Inc.",
        dates=["2026-02-10"], sectors="Water and Wastewater", seat="United States",
        risk="Whoever listens on the way can read and change pump commands.",
        products=[("SR-1", "SmartPump Cloud Connector", "distributed before 2025-11-01", True, None)],
        flaws=[{"cve": "CVE-1900-0190", "title": "Commands are sent in the clear", "cwe": "CWE-319",
                "score": (7.4, "AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:N"), "affected": ["SR-1"],
                "text": "MQTT is used without TLS, and the pump accepts commands from any broker that answers.",
                "remediations": [(FIX, "Devices delivered since 2025-11-01 use TLS. Exchange older ones free of charge.", None),
                                 (MIT, "Route the connector through a VPN of your own.", None)]}])

    yield document(
        number="2026-003", title="Volta Meridional Protection Relays VMR-300", vendor="Volta Meridional S.A.",
        dates=["2026-03-10"], sectors="Energy", seat="Brazil",
        risk="Malformed GOOSE messages from the station bus restart the relay; protection is out for nine seconds.",
        products=[("VM-1", "VMR-301 Line Protection", "R300-V0 to R304-V2", True, "VMR301-1A5"), ("VM-2", "VMR-302 Transformer Protection", "R300-V0 to R304-V2", True, "VMR302-1A5")],
        flaws=[{"cve": "CVE-1900-0200", "title": "Copy without a length check", "cwe": "CWE-120",
                "score": (6.5, "AV:A/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"), "affected": ["VM-1", "VM-2"],
                "text": "The subscriber copies a dataset name of any length into a buffer of 64 bytes.",
                "remediations": [(FIX, "Install R305-V0 during the next outage of the bay.", None, {"restart_required": {"category": "machine"}}),
                                 (MIT, "Filter the station bus by MAC address and VLAN.", None)]}])


HELMWERK = {"category": "vendor", "name": "Helmwerk Automation", "namespace": "https://helmwerk.example",
            "contact_details": "psirt@helmwerk.example", "issuing_authority": "Helmwerk Automation is invented. It makes invented controllers."}


def marked_documents():
    """Not for everybody. AMBER+STRICT exists since TLP 2.0, and so in CSAF 2.1 only."""
    yield document(
        number="2026-101", title="Helmwerk Automation HW-700 Controllers: scans for the programming service", vendor="Helmwerk Automation",
        dates=["2026-03-17"], sectors="Critical Manufacturing, Energy, Water and Wastewater Systems", seat="Austria",
        tlp="GREEN", terms="Members may pass it on to peers and partners, not to public channels.",
        risk="Somebody looks for controllers that answer on TCP port 4102 and records their order numbers. Nothing has been changed so far.",
        products=[("HW-1", "HW-710 Controller (7HW1 710-1AB00-0XA0)", "< V2.9.4", True, "7HW1710-1AB00-0XA0"),
                  ("HW-2", "HW-720 Controller (7HW1 720-2AB00-0XA0)", "< V2.9.4", True, "7HW1720-2AB00-0XA0")],
        flaws=[{"cve": "CVE-1900-0101", "title": "Missing authentication in the programming service", "cwe": "CWE-306",
                "score": (9.8, "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"), "affected": ["HW-1", "HW-2"],
                "text": "The scans come from rented servers, ask each address once and go on. Look for connections to TCP port 4102 from outside the cell.",
                "exploited": "Scans since the second week of March, at three demo members.",
                "remediations": [(FIX, "Update to V2.9.4 or later.", None, {"url": "https://helmwerk.example/downloads/hw-700"}),
                                 ("workaround", "Close TCP port 4102 at the cell firewall and log what it refuses.", None)]}])

    yield document(
        number="2026-102", title="Brightwater Instruments DoseLogic Chlorine Controllers", vendor="Brightwater Instruments",
        dates=["2026-04-14", "2026-05-05"], summaries=["Initial publication", "Date of the fixed firmware known"],
        sectors="Water and Wastewater Systems", seat="Netherlands", version="2.1",
        tlp="AMBER", terms="For the waterworks addressed and the clients whose plants they run. Public on 2026-07-01, with the fix.",
        risk="An attacker on the control network can raise the chlorine dose beyond the alarm limit while the screen shows the old value.",
        products=[("BD-1", "DoseLogic 20", "vers:intdot/<2.7.0", True, "DL20-CL"), ("BD-2", "DoseLogic 40", "vers:intdot/<2.7.0", True, "DL40-CL")],
        flaws=[{"cve": "CVE-1900-0210", "title": "Set points are taken without authentication", "cwe": "CWE-306",
                "score": (9.1, "AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:H"), "affected": ["BD-1", "BD-2"],
                "text": "The maintenance service on UDP port 20444 takes set points from anyone, and does not tell the screen.",
                "remediations": [("fix_planned", "Firmware 2.7.0 comes on 2026-06-24.", None),
                                 ("workaround", "Refuse UDP port 20444 at the switch of the dosing skid. Dosing goes on.", None),
                                 (MIT, "Compare the residual chlorine of the laboratory with the screen at each shift.", None)]}],
        thanks=("Wendy Aumann", "Talbach Water Supply"))

    yield document(
        number="2026-103", title="Volta Meridional Station Gateways SG-80: foothold at one operator", vendor="Volta Meridional S.A.",
        dates=["2026-05-12"], sectors="Energy", seat="Brazil", version="2.1", status="interim",
        tlp="AMBER+STRICT", terms="For the staff of the organisation addressed only.",
        risk="Whoever holds the gateway can open breakers of the bays behind it. The gateway of one substation has been reached from the office network.",
        products=[("VS-1", "SG-80 Station Gateway", "vers:intdot/<3.3.1", True, "SG80-2E")],
        flaws=[{"cve": "CVE-1900-0220", "title": "Service account with a fixed password", "cwe": "CWE-798",
                "score": (9.8, "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"), "affected": ["VS-1"],
                "text": "The account for commissioning stays enabled after delivery; its password is the same in every gateway.",
                "exploited": "Used once, from a stolen remote maintenance account. Times and addresses follow by telephone.",
                "remediations": [(MIT, "Disable the account 'commission' on every gateway today. It does not interrupt telecontrol.", None),
                                 (FIX, "Update to 3.3.1 in the next outage of the station.", None, {"restart_required": {"category": "machine"}})]}])

    yield document(
        number="2026-104", title="Helmwerk Automation RSR-4: unpublished bypass of the fix", vendor="Helmwerk Automation",
        dates=["2026-05-19"], sectors="Energy, Critical Manufacturing, Chemical", seat="Austria", status="interim",
        tlp="RED", terms="For the persons addressed. Speak about it with nobody else.",
        risk="The update to 4.2.0 can be passed by. There is no fix, and no sign yet that anybody else knows.",
        products=[("HR-1", "RSR-4 Remote Service Router", "4.2.0", False, "7HW9004-0RS00")],
        flaws=[{"cve": "CVE-1900-0182", "title": "Authentication can still be passed by", "cwe": "CWE-287",
                "score": (10.0, "AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"), "affected": ["HR-1"],
                "text": "A doubled slash that is percent-encoded reaches the maintenance page as before the fix.",
                "remediations": [("workaround", "Close TCP 443 from outside. Helmwerk works on 4.2.1.", None)]}])

    yield document(
        number="2026-105", title="Helmwerk Automation Engineering Studio: signing key in an old installer", vendor="Helmwerk Automation",
        dates=["2026-04-28"], sectors="Critical Manufacturing, Energy", seat="Austria", version="2.1", publisher=HELMWERK,
        tlp="AMBER", terms="For the response circle and the clients whose plants its members run.",
        risk="Project packages can be signed so that Engineering Studio takes them for ours.",
        products=[("HE-1", "HW-700 Engineering Studio", "vers:intdot/>=16.0|<16.4", True, None)],
        flaws=[{"cve": "CVE-1900-0183", "title": "Private key shipped with the installer", "cwe": "CWE-522",
                "score": (7.1, "AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:N"), "affected": ["HE-1"],
                "text": "Installers of 16.0 to 16.3 contain the key with which packages are signed.",
                "remediations": [(FIX, "Update to 16.4, which no longer trusts the old key.", None, {"url": "https://helmwerk.example/downloads/studio"}),
                                 (MIT, "Open project packages only from your own version store until then.", None)]}])

    yield document(
        number="2026-106", title="Brightwater Instruments LevelSense 5: report under coordination", vendor="Brightwater Instruments",
        dates=["2026-05-20"], sectors="Water and Wastewater Systems, Chemical", seat="Netherlands", version="2.1", status="interim",
        tlp="AMBER+STRICT", terms="For those who take part in the case only. Publication is planned for 2026-08-18.",
        risk="Whoever reaches the transmitter can make it show a level that is not there. The vendor confirms it and works on a fix.",
        products=[("BL-1", "LevelSense 5", "vers:intdot/<5.8.0", True, "LS5-80G")],
        flaws=[{"cve": "CVE-1900-0211", "title": "Level can be frozen by a crafted telegram", "cwe": "CWE-20",
                "score": (7.5, "AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N"), "affected": ["BL-1"],
                "text": "A telegram of the calibration service with a negative span holds the last value until restart.",
                "remediations": [("fix_planned", "Firmware 5.8.0 is tested with the reporter in July.", None),
                                 (MIT, "Compare the level with the float switch at each shift.", None)]}],
        thanks=("Wendy Aumann", "Talbach Water Supply"))


def write(folder, documents):
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.json"):
        old.unlink()
    for tracking_id, version, content in documents:
        path = folder / f"{tracking_id.lower()}-v{version}.json"
        path.write_text(json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{len(list(folder.glob('*.json')))} documents in {folder.name}/")


def main():
    write(HERE / "advisories", all_documents())
    write(HERE / "marked", marked_documents())


if __name__ == "__main__":
    main()

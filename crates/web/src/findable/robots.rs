//! `/robots.txt`.

/// Pages about one person, forms, and addresses for programs. Photos are at `/api/files`.
const NOT_FOR_INDEXES: [&str; 15] = [
    "/account",
    "/admin",
    "/api/",
    "/compare",
    "/dashboard",
    "/design",
    "/dev/",
    "/forgot-password",
    "/inbox",
    "/post",
    "/register",
    "/reset-password",
    "/sign-in",
    "/unsubscribe",
    "/verify-email",
];

pub(super) fn text(sitemap: &str) -> String {
    let mut text = "User-agent: *\nAllow: /api/files/\n".to_owned();
    for path in NOT_FOR_INDEXES {
        text.push_str("Disallow: ");
        text.push_str(path);
        text.push('\n');
    }
    text + "\nSitemap: " + sitemap + "\n"
}
